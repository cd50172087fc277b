/*
 * The first process of a computer of its own: it stands between the channel to the driver and the
 * puppet, and lets nothing through but whole frames. Whatever else comes is skipped. A frame is four
 * numbers of 32 bits (MAGIC, its kind and number, the length, the checksum) and so many bytes.
 */
#include "wire.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>

#define MAGIC 0x504c5254u /* "TRLP" */
#define KIND_HELLO 1
#define KIND_RUN 2
#define KIND_BROKEN 3 /* send it again */
#define KIND_DIED 4
#define KIND_LETTER 5 /* a run that lies in the mailbox */
#define HEADER 16
#define MOST_BYTES (SHARED_SIZE / 2)
#define QUIET_MS 2000 /* a frame whose rest does not come in this time has no rest */
#define POLLIN 1
#define F_SETFL 4
#define F_SETOWN 8
#define O_ASYNC 020000
#define MAP_PRIVATE 0x22 /* and of no file */

static u8 packed[MOST_BYTES] __attribute__((aligned(8)));
static u64 words[MOST_BYTES / 8];
static int channel, to_puppet, from_puppet;

/*
 * The memory of a device, which the driver sees, too: what is sent lies in the first half, what is
 * answered in the second, one behind the other, from the start again at the end. Without such a device
 * all goes over the channel.
 */
#define MAILBOX_BYTES (8u << 20)
#define MAILBOX_HALF (MAILBOX_BYTES / 2)
static volatile u64 *mailbox;
static u64 mailed = MAILBOX_HALF; /* where the next letter may lie */

static int wait_readable(int fd, long ms)
{
	struct { int fd; short events, revents; } asked = { fd, POLLIN, 0 };
	struct __kernel_timespec limit = { ms / 1000, ms % 1000 * 1000000 };
	s64 ret;

	do
		ret = SYS(ppoll, &asked, 1, ms < 0 ? 0 : &limit, 0, 8);
	while (ret == -EINTR);
	return ret > 0;
}

/* So many bytes, or fewer if they do not come in time; `ms` is -1 for any time. */
static u64 receive(int fd, void *to, u64 bytes, long ms)
{
	u64 done = 0;

	while (done < bytes && wait_readable(fd, ms)) {
		const s64 got = SYS(read, fd, (u8 *)to + done, bytes - done);
		if (got == 0 || (got < 0 && got != -EINTR))
			break;
		done += got > 0 ? (u64)got : 0;
	}
	return done;
}

static int send_all(int fd, const void *from, u64 bytes)
{
	for (u64 done = 0; done < bytes;) {
		const s64 put = SYS(write, fd, (const u8 *)from + done, bytes - done);
		if (put < 0 && put != -EINTR)
			return -1;
		done += put > 0 ? (u64)put : 0;
	}
	return 0;
}

static u32 checksum(u32 seed, const u8 *at, u64 bytes)
{
	u32 sum = 2166136261u ^ seed;
	while (bytes--)
		sum = (sum ^ *at++) * 16777619u;
	return sum;
}

static void send_header(u32 kind, u64 length, u32 sum)
{
	const u32 header[4] = { MAGIC, kind, (u32)length, sum };

	send_all(channel, header, HEADER);
}

static void send_frame(u32 kind, const void *payload, u64 bytes)
{
	send_header(kind, bytes, checksum(kind ^ (u32)bytes, payload, bytes));
	send_all(channel, payload, bytes);
}

/* What is in `packed`: into the mailbox, behind its length and checksum. */
static void send_run(u64 bytes)
{
	const u64 count = (bytes + 7) / 8;

	if (mailbox == 0 || count > MAILBOX_HALF / 64) {
		send_frame(KIND_RUN, packed, bytes);
		return;
	}
	if (mailed + 8 + count * 8 > MAILBOX_BYTES)
		mailed = MAILBOX_HALF;
	const u64 place = mailed;
	mailbox[place / 8] = bytes | (u64)checksum(0, packed, bytes) << 32;
	for (u64 it = 0; it < count; it++)
		mailbox[place / 8 + 1 + it] = ((u64 *)packed)[it];
	mailed += 8 + count * 8;
	__sync_synchronize();
	send_header(KIND_LETTER, place, checksum(KIND_LETTER ^ (u32)place, packed, 0));
}

/* How many bytes of a letter are in `packed` now; 0 if there is none, or not as it says. */
static u64 open_letter(u64 place)
{
	if (mailbox == 0 || place % 8 != 0 || place >= MAILBOX_HALF)
		return 0;
	const u64 head = mailbox[place / 8];
	const u64 bytes = (u32)head;
	if (bytes > MAILBOX_HALF - 8 - place)
		return 0;
	for (u64 it = 0; it < (bytes + 7) / 8; it++)
		((u64 *)packed)[it] = mailbox[place / 8 + 1 + it];
	return checksum(0, packed, bytes) == head >> 32 ? bytes : 0;
}

/* ---- numbers of 7 bits a byte; a zero is followed by how many more there are -------------------- */

static u64 pack(const u64 *from, u64 count)
{
	u8 *at = packed;

	for (u64 it = 0; it < count;) {
		u64 word = from[it++], zeroes = 0;
		for (; word >= 0x80; word >>= 7)
			*at++ = (u8)(word | 0x80);
		*at++ = (u8)word;
		if (from[it - 1] != 0)
			continue;
		for (; it < count && from[it] == 0 && zeroes < 0x7f; it++)
			zeroes++;
		*at++ = (u8)zeroes;
	}
	return (u64)(at - packed);
}

/* How many numbers they are; 0 if they are too many. */
static u64 unpack(u64 bytes)
{
	const u8 *at = packed, *end = packed + bytes;
	u64 count = 0;

	while (at < end) {
		u64 word = 0;
		int shift = 0;
		for (; at < end && *at & 0x80; shift += 7)
			word |= (u64)(*at++ & 0x7f) << shift;
		word |= (u64)(at < end ? *at++ : 0) << shift;
		u64 zeroes = word == 0 && at < end ? *at++ : 0;
		if (count + zeroes >= MOST_BYTES / 8)
			return 0;
		words[count++] = word;
		for (; zeroes > 0; zeroes--)
			words[count++] = 0;
	}
	return count;
}

/* ---- the frames --------------------------------------------------------------------------------- */

/* The bytes of the next frame are in `packed`; of a letter only its place is known. 0 if it came to harm. */
static u32 receive_frame(u32 *kind, u64 *bytes)
{
	u8 byte;
	u32 window = 0, header[3];

	while (window != MAGIC) {
		if (receive(channel, &byte, 1, -1) != 1)
			sleep_us(1000);
		else
			window = window >> 8 | (u32)byte << 24;
	}
	if (receive(channel, header, sizeof(header), QUIET_MS) != sizeof(header))
		return 0;
	const u64 length = header[0] == KIND_LETTER ? 0 : header[1];
	if (length > MOST_BYTES || receive(channel, packed, length, QUIET_MS) != length)
		return 0;
	*kind = header[0];
	*bytes = header[1];
	return checksum(header[0] ^ header[1], packed, length) == header[2];
}

static void write_file(const char *path, const char *text, u64 bytes)
{
	const s64 fd = SYS(openat, -100, path, 1);
	if (fd < 0)
		return;
	SYS(write, fd, text, bytes);
	SYS(close, fd);
}

/* How strict the kernel is with those who are not root. */
static void set_paranoid(u64 level)
{
	static u64 before = ~0ul;
	const char digit = (char)('0' + level);

	if (level != before)
		write_file("/proc/sys/kernel/perf_event_paranoid", &digit, 1);
	before = level;
}

/*
 * QEMU keeps neither powerpc's decrementer nor the wish to wake a second CPU that sleeps: after a
 * snapshot that CPU would sleep for ever. So a computer that is to be saved has but one CPU, and
 * starts the others when it is first spoken to.
 */
static void set_other_cpus(int online)
{
	char path[] = "/sys/devices/system/cpu/cpu1/online";
	const char digit = (char)('0' + online);

	for (int cpu = 1; cpu < 10; cpu++) {
		path[sizeof("/sys/devices/system/cpu/cpu") - 1] = (char)('0' + cpu);
		write_file(path, &digit, 1);
	}
}

/*
 * The decrementer of the first CPU is set again too. What perf leaves to an interrupt of its own makes
 * the kernel do so, and look at all timers.
 */
static void wake_timers(void)
{
	struct perf_event_attr attr;

	fill(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_SOFTWARE;
	attr.size = sizeof(attr);
	attr.config = PERF_COUNT_SW_PAGE_FAULTS;
	attr.sample_period = 1;
	const s64 fd = SYS(perf_event_open, &attr, 0, -1, -1, 0);
	SYS(fcntl, fd, F_SETOWN, 1);
	SYS(fcntl, fd, F_SETFL, O_ASYNC);
	u8 *fresh = (u8 *)call6(__NR_mmap, 0, 4096, PROT_RW, MAP_PRIVATE, -1, 0);
	*(volatile u8 *)fresh = 1;
	SYS(munmap, fresh, 4096);
	SYS(close, fd);
}

/* The name of the kernel, and whether there is a mailbox. */
static void say_hello(void)
{
	static struct { char part[6][65]; char rest[8]; } name;
	const u64 length = sizeof(name.part[2]);

	SYS(uname, &name);
	name.part[3][0] = mailbox != 0; /* behind it */
	send_frame(KIND_HELLO, name.part[2], length + 1);
}

static int relay_answer(struct answer *answer)
{
	const u64 size = sizeof(*answer) / 8;

	if (receive(from_puppet, answer, sizeof(*answer), -1) != sizeof(*answer))
		return -1;
	copy(words, answer, sizeof(*answer));
	if (answer->bytes > MOST_BYTES - sizeof(*answer) ||
	    receive(from_puppet, words + size, answer->bytes, -1) != answer->bytes)
		return -1;
	send_run(pack(words, size + answer->bytes / 8));
	return 0;
}

/* A program to the puppet, and its answers back. -1 when the puppet has died. */
static int run_program(u64 bytes)
{
	const u64 count = unpack(bytes);
	struct request request;
	struct answer answer;

	if (count < 1 + sizeof(request) / 8)
		return 0;
	set_paranoid(words[0]);
	if (send_all(to_puppet, words + 1, (count - 1) * 8) < 0)
		return -1;
	copy(&request, words + 1, sizeof(request));
	do {
		if (relay_answer(&answer) < 0)
			return -1;
	} while (answer.status != GARBLED && answer.attempt + 1 < request.tries);
	return 0;
}

/* Until the puppet dies. */
static void relay(void)
{
	u32 kind;
	u64 bytes;

	say_hello();
	for (;;) {
		if (!receive_frame(&kind, &bytes)) {
			send_frame(KIND_BROKEN, 0, 0);
		} else if (kind == KIND_HELLO) {
			wake_timers();
			set_other_cpus(1);
			say_hello();
		} else if (kind == KIND_LETTER && (bytes = open_letter(bytes)) == 0) {
			send_frame(KIND_BROKEN, 0, 0);
		} else if ((kind == KIND_RUN || kind == KIND_LETTER) && run_program(bytes) < 0) {
			send_frame(KIND_DIED, 0, 0);
			return;
		}
	}
}

/* ---- the beginning ------------------------------------------------------------------------------ */

static const char *value_of(char **environment, const char *name)
{
	for (; *environment; environment++) {
		u64 at = 0;
		while (name[at] && (*environment)[at] == name[at])
			at++;
		if (!name[at])
			return *environment + at;
	}
	return 0;
}

/* Every byte is passed on as it is. */
static void make_raw(int fd)
{
	struct termios mode;

	if (SYS(ioctl, fd, TCGETS, &mode) < 0)
		return;
	mode.c_iflag = mode.c_oflag = mode.c_lflag = 0;
	mode.c_cflag = (mode.c_cflag & ~(u32)(CSIZE | PARENB)) | CS8 | CREAD | CLOCAL;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	SYS(ioctl, fd, TCSETS, &mode);
}

/* The path of the device's folder, with the name of a file in it. */
static s64 open_in(const char *folder, const char *name, int flags)
{
	char path[128];
	u64 length = 0;

	while (folder[length] && length < sizeof(path) - 32)
		path[length] = folder[length], length++;
	copy(path + length, name, 16);
	return SYS(openat, -100, path, flags);
}

static void open_mailbox(char **environment)
{
	const char *folder = value_of(environment, "mailbox=");

	if (folder == 0)
		return;
	const s64 enable = open_in(folder, "enable\0\0\0\0\0\0\0\0\0", O_WRONLY);
	SYS(write, enable, "1", 1);
	SYS(close, enable);
	/* Where the memory is not said to be for combined writes, there is no difference. */
	s64 memory = open_in(folder, "resource2_wc\0\0\0", 2);
	if (memory < 0)
		memory = open_in(folder, "resource2\0\0\0\0\0\0", 2);
	const s64 at = call6(__NR_mmap, 0, MAILBOX_BYTES, PROT_RW, MAP_SHARED, memory, 0);
	if (at > 0 || at < -4096)
		mailbox = (volatile u64 *)at;
	SYS(close, memory);
}

static void open_channel(char **environment)
{
	const char *path = value_of(environment, "channel=");

	SYS(mount, "dev", "/dev", "devtmpfs", 0, 0);
	SYS(mount, "proc", "/proc", "proc", 0, 0);
	SYS(mount, "sys", "/sys", "sysfs", 0, 0);
	/* An emulated processor is slow: that is no reason to take fewer samples. */
	write_file("/proc/sys/kernel/perf_cpu_time_max_percent", "0", 1);
	for (int tries = 0; tries < 100; tries++) {
		channel = path ? (int)SYS(openat, -100, path, 2 | 0400) : -1; /* O_RDWR | O_NOCTTY */
		if (channel >= 0)
			break;
		sleep_us(20000);
	}
	make_raw(channel);
	open_mailbox(environment);
	if (value_of(environment, "saved=1"))
		set_other_cpus(0);
}

/* Returns in a child that is to be the puppet, with pipes for its input and output. */
void be_init(char **environment)
{
	const u64 first_cpu = 1;
	int request[2], answer[2];

	open_channel(environment);
	/* Whatever needs no other CPU stays on this one: to wake one that sleeps takes long. */
	SYS(sched_setaffinity, 0, sizeof(first_cpu), &first_cpu);
	for (;;) {
		SYS(pipe2, request, O_CLOEXEC);
		SYS(pipe2, answer, O_CLOEXEC);
		const s64 puppet = call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
		if (puppet == 0) {
			SYS(dup3, request[0], 0, 0);
			SYS(dup3, answer[1], 1, 0);
			SYS(close_range, 3, 1 << 20, 0);
			return;
		}
		SYS(close, request[0]);
		SYS(close, answer[1]);
		to_puppet = request[1];
		from_puppet = answer[0];
		relay();
		SYS(close, to_puppet);
		SYS(close, from_puppet);
		SYS(kill, -1, 9);
		while (SYS(wait4, -1, 0, WALL, 0) > 0)
			;
	}
}

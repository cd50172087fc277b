/* What is read from the driver, and what it is told. */
#include "wire.h"

#define MOST_LOG 16384
#define O_RDONLY_NONBLOCK 04000
#define SEEK_END 2

struct request request;
struct task *tasks;
struct order *observations;

static u8 kernel_log[MOST_LOG];

void die(const char *why)
{
	u64 length = 0;
	while (why[length])
		length++;
	SYS(write, 2, why, length);
	SYS(exit_group, 3);
	__builtin_unreachable();
}

static void read_all(void *to, u64 bytes)
{
	u8 *at = to;
	while (bytes > 0) {
		s64 got = SYS(read, 0, at, bytes);
		if (got == -EINTR)
			continue;
		if (got <= 0)
			SYS(exit_group, 0); /* the driver has gone */
		at += got;
		bytes -= (u64)got;
	}
}

static void write_all(const void *from, u64 bytes)
{
	const u8 *at = from;
	while (bytes > 0) {
		s64 put = SYS(write, 1, at, bytes);
		if (put == -EINTR)
			continue;
		if (put <= 0)
			SYS(exit_group, 0);
		at += put;
		bytes -= (u64)put;
	}
}

/* FNV-1a over words of 32 bits. */
static u32 check_of(const void *from, u64 bytes)
{
	const u32 *at = from;
	u32 check = 2166136261u;

	for (; bytes >= 4; bytes -= 4)
		check = (check ^ *at++) * 16777619u;
	return check;
}

/* The rest of a head, after `magic` and `check`. */
static u32 check_of_head(const void *head, u64 bytes)
{
	return check_of((const u8 *)head + 16, bytes - 16);
}

/* Past all that is no request: the first bytes at once, the others one by one. */
static void find_request(void)
{
	read_all(&request.magic, sizeof(request.magic));
	while (request.magic != REQUEST) {
		request.magic >>= 8;
		read_all((u8 *)&request.magic + 7, 1);
	}
	read_all((u8 *)&request + 8, sizeof(request) - 8);
}

static int fits(void)
{
	const u64 orders = request.orders + request.bodies + request.observations;

	if (request.orders > SHARED_SIZE || request.bodies > SHARED_SIZE ||
	    request.observations > SHARED_SIZE || request.functions > SHARED_SIZE)
		return 0;
	return request.actors <= MOST_ACTORS && request.tasks <= request.actors &&
	       request.variable_bytes <= VARIABLES_SIZE && request.bytes <= SHARED_SIZE / 4 &&
	       request.bytes == request.tasks * sizeof(struct task) +
				       request.functions * sizeof(struct function) +
				       orders * sizeof(struct order);
}

/* Whether it is a program as it was sent. */
static int read_request(void)
{
	u8 *at = shared->arena;

	find_request();
	if (request.check != check_of_head(&request, sizeof(request)) || !fits())
		return 0;
	read_all(at, request.bytes);
	if (request.body_check != check_of(at, request.bytes))
		return 0;
	tasks = (void *)at;
	shared->function = (void *)(tasks + request.tasks);
	shared->body = (void *)(shared->function + request.functions);
	shared->order = shared->body + request.bodies;
	observations = shared->order + request.orders;
	shared->result = (void *)(observations + request.observations);
	shared->next = (void *)(shared->result + request.orders);
	for (u64 it = 0; it < request.orders; it++)
		if (shared->order[it].actor >= request.actors)
			return 0;
	return 1;
}

void receive_program(void)
{
	while (!read_request()) {
		request.orders = request.actors = request.observations = 0;
		reply(GARBLED, 0);
	}
}

static struct fate_of fate_of(struct actor *it)
{
	struct fate_of fate = { load32(&it->fate), 0, 0, 0 };

	if (fate.fate == ALIVE) {
		const int state = look_at(it);
		fate.stopped = state == 't' || state == 'T';
		fate.fate = load32(&it->fate);
	}
	fate.signal = it->signal;
	fate.pending = load32(&it->done) != load32(&it->allowed);
	return fate;
}

/* What the kernel has had to say since the last time; the first time nothing. */
static u64 read_log(void)
{
	static s64 device = -1;
	u64 bytes = 0;

	if (device == -1) {
		device = SYS(openat, -100, "/dev/kmsg", O_RDONLY_NONBLOCK | O_CLOEXEC);
		SYS(lseek, device, 0, SEEK_END);
	}
	while (MOST_LOG - bytes >= 1024) {
		/* A record a read; one that was overwritten meanwhile is an error, and passed over. */
		const s64 got = SYS(read, device, kernel_log + bytes, MOST_LOG - bytes);
		if (got > 0)
			bytes += (u64)got;
		else if (got != -EPIPE && got != -EINTR)
			break;
	}
	while (bytes % 8 != 0)
		kernel_log[bytes++] = '\n';
	return bytes;
}

void reply(u64 status, u64 attempt)
{
	struct answer answer = { ANSWER, 0, 0, request.number, 0, status, attempt, 0 };
	const u64 results = request.orders * sizeof(struct result);
	u8 *const body = (u8 *)shared + SHARED_SIZE - SHARED_SIZE / 4;
	struct fate_of *fate = (void *)(body + results);
	struct observed *seen = (void *)(fate + request.actors);

	copy(body, shared->result, results);
	for (u32 it = 0; it < request.actors; it++)
		*fate++ = fate_of(&shared->actor[it]);
	for (u32 it = 0; it < request.observations; it++)
		*seen++ = observe(&observations[it]);
	answer.log = read_log();
	copy(seen, kernel_log, answer.log);
	answer.bytes = (u64)((u8 *)seen - body) + answer.log;
	answer.body_check = check_of(body, answer.bytes);
	answer.check = check_of_head(&answer, sizeof(answer));
	write_all(&answer, sizeof(answer));
	write_all(body, answer.bytes);
}

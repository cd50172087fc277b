/* Everything that is done to an event: its descriptor is EVENT_FD and its number. */
#include "wire.h"
#include <linux/bpf.h>

#define F_SETOWN_EX 15
#define F_SETSIG 10
#define F_GETFD 1
#define F_GETFL 3
#define F_SETFL 4
#define O_ASYNC 020000
#define POLLIN 1
#define RING_PAGES 33
#define NOBODYS_PID 0x3fffff /* the highest there can be: that of a target that was never born */

static void *ring[MOST_EVENTS]; /* of this process */

void forget_rings(void)
{
	fill(ring, 0, shared->events * sizeof(ring[0]));
}

static void set_fields(struct perf_event_attr *attr, const struct order *order)
{
	const u64 *a = order->a;
	const u64 given = a[OPEN_MASK];
	u64 flags;

	if (given & (1 << OPEN_TYPE))
		attr->bp_type = (u32)a[OPEN_TYPE];
	if (given & (1 << OPEN_ADDR))
		attr->bp_addr = a[OPEN_ADDR];
	if (given & (1 << OPEN_LEN))
		attr->bp_len = a[OPEN_LEN];
	if (given & (1 << OPEN_PERIOD))
		attr->sample_period = a[OPEN_PERIOD];
	if (given & (1 << OPEN_SIG_DATA))
		attr->sig_data = a[OPEN_SIG_DATA];
	if (given & (1 << OPEN_SIZE))
		attr->size = (u32)a[OPEN_SIZE];
	if (given & (1 << OPEN_SAMPLE_TYPE))
		attr->sample_type = a[OPEN_SAMPLE_TYPE];
	if (given & (1 << OPEN_READ_FORMAT))
		attr->read_format = a[OPEN_READ_FORMAT];
	if (given & (1 << OPEN_BRANCH))
		attr->branch_sample_type = a[OPEN_BRANCH];
	if (given & (1 << OPEN_WAKEUP))
		attr->wakeup_events = (u32)a[OPEN_WAKEUP];
	if (given & (1 << OPEN_CLOCK))
		attr->clockid = (int)a[OPEN_CLOCK];
	/* The bit fields follow read_format. */
	copy(&flags, (u8 *)&attr->read_format + 8, 8);
	flags = (flags | a[OPEN_ON]) & ~a[OPEN_OFF];
	copy((u8 *)&attr->read_format + 8, &flags, 8);
}

/* Several may open at once. */
static void note_event(u32 event)
{
	u32 before = load32(&shared->events);

	while (before <= event &&
	       !__atomic_compare_exchange_n(&shared->events, &before, event + 1, 0,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

static s64 open_event(const struct order *order)
{
	const u64 *a = order->a;
	const u32 event = (u32)a[OPEN_EVENT];
	const u64 target = a[OPEN_TARGET];
	const int group = a[OPEN_GROUP] == NO_GROUP ? -1 : (int)(EVENT_FD + a[OPEN_GROUP]);
	struct perf_event_attr attr;
	int pid = 0;

	fill(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_BREAKPOINT;
	attr.size = sizeof(attr);
	set_fields(&attr, order);
	if (target == TARGET_NONE)
		pid = -1;
	else if (target != TARGET_SELF)
		pid = shared->actor[target].tid ? shared->actor[target].tid : NOBODYS_PID;
	s64 fd = SYS(perf_event_open, a[OPEN_BAD_POINTER] ? (void *)8 : &attr, pid, (s64)a[OPEN_CPU],
		     group, a[OPEN_FLAGS]);
	if (fd < 0)
		return fd;
	SYS(dup3, fd, EVENT_FD + event, a[OPEN_FLAGS] & PERF_FLAG_FD_CLOEXEC ? O_CLOEXEC : 0);
	SYS(close, fd);
	shared->attr[event] = attr;
	shared->is_used[event] = 1;
	note_event(event);
	return 0;
}

static s64 modify_event(const struct order *order, int fd)
{
	const u32 event = (u32)order->a[OPEN_EVENT];
	struct perf_event_attr attr = shared->attr[event];

	attr.size = sizeof(attr);
	set_fields(&attr, order);
	void *given = order->a[OPEN_BAD_POINTER] ? (void *)8 : &attr;
	s64 ret = SYS(ioctl, fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, given);
	if (ret < 0)
		return ret;
	/* A period that is not named again is the one that it was opened with. */
	attr.sample_period = shared->attr[event].sample_period;
	shared->attr[event] = attr;
	return ret;
}

/* The count, or what read() returned when that is no whole value. */
static s64 read_count(int fd, u32 event, u64 *count)
{
	u64 values[64];
	const u64 format = shared->attr[event].read_format;
	s64 got = SYS(read, fd, values, sizeof(values));

	if (got < 8)
		return got;
	if (!(format & PERF_FORMAT_GROUP))
		*count = values[0];
	else
		*count = values[1 + !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) +
				!!(format & PERF_FORMAT_TOTAL_TIME_RUNNING)];
	return got;
}

s64 count_of(int fd, u32 event)
{
	u64 count;
	return read_count(fd, event, &count) >= 8 ? (s64)count : -1;
}

void note_count(u32 event, int fd)
{
	s64 count = count_of(fd, event);
	if (count >= 0)
		shared->last_count[event] = (u64)count;
}

/* Whoever ends, or lets go of a descriptor, leaves the count behind: it may be the last to know. */
void note_counts(void)
{
	for (u32 event = 0; event < shared->events; event++)
		if (shared->is_used[event] && SYS(fcntl, EVENT_FD + event, F_GETFD) >= 0)
			note_count(event, (int)(EVENT_FD + event));
}

static s64 count_samples(u32 event)
{
	const struct perf_event_mmap_page *page = ring[event];
	u64 samples = 0;

	if (SYS(fcntl, EVENT_FD + event, F_GETFD) < 0)
		return -EBADF;
	if (page == 0)
		return -EINVAL;
	const u64 head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	for (u64 at = 0; at < head;) {
		const u8 *data = (const u8 *)page + shared->page + at % ((RING_PAGES - 1) * shared->page);
		const struct perf_event_header *header = (const void *)data;
		samples += header->type == PERF_RECORD_SAMPLE;
		if (header->size == 0)
			return -EINVAL;
		at += header->size;
	}
	return (s64)samples;
}

static s64 map_ring(u32 event, int fd)
{
	s64 at = call6(__NR_mmap, 0, RING_PAGES * shared->page, PROT_RW, MAP_SHARED, fd, 0);
	if (at < 0 && at > -4096)
		return at;
	ring[event] = (void *)at;
	shared->is_mapped[event] = 1;
	return 0;
}

static s64 unmap_ring(u32 event)
{
	if (ring[event] == 0)
		return -EINVAL;
	s64 ret = SYS(munmap, ring[event], RING_PAGES * shared->page);
	ring[event] = 0;
	return ret;
}

static s64 attach_bpf(int fd)
{
	static const struct bpf_insn keep[] = { /* r0 = 1; exit */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	fill(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_PERF_EVENT;
	attr.insns = (u64)keep;
	attr.insn_cnt = 2;
	attr.license = (u64) "GPL";
	s64 program = SYS(bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program < 0)
		return program;
	s64 ret = SYS(ioctl, fd, PERF_EVENT_IOC_SET_BPF, program);
	SYS(close, program);
	return ret;
}

static s64 make_async(int fd, u64 signal)
{
	struct { int type, pid; } owner = { 0, (int)SYS(gettid) }; /* F_OWNER_TID */
	s64 ret = SYS(fcntl, fd, F_SETOWN_EX, &owner);
	if (ret < 0)
		return ret;
	SYS(fcntl, fd, F_SETSIG, signal);
	return SYS(fcntl, fd, F_SETFL, SYS(fcntl, fd, F_GETFL) | O_ASYNC);
}

static struct run poll_event(int fd)
{
	struct { int fd; short events, revents; } asked = { fd, POLLIN, 0 };
	struct __kernel_timespec at_once = { 0, 0 };
	s64 ret = SYS(ppoll, &asked, 1, &at_once, 0, 8);

	if (SYS(fcntl, fd, F_GETFD) < 0)
		return run_of(KIND_ERRNO, EBADF);
	return ret < 0 ? run_of(KIND_ERRNO, -ret) : run_of(KIND_POLL, asked.revents);
}

struct run event_order(const struct order *order)
{
	const u32 event = (u32)order->a[0];
	const int fd = (int)(EVENT_FD + event);
	const u64 value = order->a[1];
	u64 count = 0;
	s64 ret;

	switch (order->op) {
	case OP_OPEN: return outcome(open_event(order));
	case OP_MODIFY: return outcome(modify_event(order, fd));
	case OP_ENABLE: return outcome(SYS(ioctl, fd, PERF_EVENT_IOC_ENABLE, value));
	case OP_DISABLE: return outcome(SYS(ioctl, fd, PERF_EVENT_IOC_DISABLE, value));
	case OP_REFRESH: return outcome(SYS(ioctl, fd, PERF_EVENT_IOC_REFRESH, value));
	case OP_RESET: return outcome(SYS(ioctl, fd, PERF_EVENT_IOC_RESET, value));
	case OP_PERIOD: return outcome(SYS(ioctl, fd, PERF_EVENT_IOC_PERIOD, &order->a[1]));
	case OP_CLOSE:
		note_count(event, fd);
		return outcome(SYS(close, fd));
	case OP_READ:
		ret = read_count(fd, event, &count);
		if (ret == 0)
			return run_of(KIND_EOF, 0);
		return ret < 8 ? outcome(ret) : run_of(KIND_VALUE, (s64)count);
	case OP_SAMPLES: return outcome(count_samples(event));
	case OP_POLL: return poll_event(fd);
	case OP_MMAP: return outcome(map_ring(event, fd));
	case OP_MUNMAP: return outcome(unmap_ring(event));
	case OP_ATTACH_BPF: return outcome(attach_bpf(fd));
	case OP_ASYNC: return outcome(make_async(fd, value));
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

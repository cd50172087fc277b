/* Births, deaths, and where and as whom an actor runs. */
#include "machine.h"

#define STACK_SIZE 65536
#define FIRST_STEPS_US 50000
#define SWITCH_US 300
#define SCHED_FIFO 1
#define SCHED_RESET_ON_FORK 0x40000000
#define PR_SET_DUMPABLE 4
#define PR_SET_KEEPCAPS 8
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_RAISE 2
#define NOBODY 65534
#define CAP_PERFMON_BIT 38
#define PIDFD_THREAD 0200 /* O_EXCL, since Linux 6.9 */
#define POLLIN 1

static u8 stacks[MOST_ACTORS][STACK_SIZE] __attribute__((aligned(64)));

/* The letter of /proc/TID/stat, 0 when there is nobody; `code` is the exit code of a zombie. */
int state_of(int tid, int *code)
{
	char path[32] = "/proc/", text[512], digits[12];
	int length = 6, count = 0;

	for (int rest = tid; rest > 0; rest /= 10)
		digits[count++] = (char)('0' + rest % 10);
	while (count > 0)
		path[length++] = digits[--count];
	copy(path + length, "/stat", 6);
	s64 fd = SYS(openat, -100, path, O_CLOEXEC);
	if (fd < 0)
		return 0;
	s64 got = SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	if (got <= 0)
		return 0;
	text[got] = 0;
	const char *at = text, *state = text;
	for (; *at; at++)
		if (*at == ')')
			state = at + 2;
	if (code) {
		/* The last number of the line. */
		while (at > text && (at[-1] < '0' || at[-1] > '9'))
			at--;
		while (at > text && at[-1] >= '0' && at[-1] <= '9')
			at--;
		for (*code = 0; *at >= '0' && *at <= '9'; at++)
			*code = *code * 10 + (*at - '0');
	}
	return *state;
}

/*
 * A switch from parent to child with nothing between would swap their perf contexts, or not, as the
 * scheduler likes. So the parent keeps its CPU while the child makes its first steps on another one.
 */
static void keep_cpu(int keeps)
{
	const int priority = keeps ? 1 : 0;
	SYS(sched_setscheduler, 0, keeps ? SCHED_FIFO | SCHED_RESET_ON_FORK : 0, &priority);
}

static void announce(u32 me, struct actor *child, int tid, int leader)
{
	const u64 here = shared->actor[me].cpus, all = (1ull << shared->online) - 1;
	u32 cpu = 0;

	SYS(getcpu, &cpu, 0, 0);
	const u64 elsewhere = all & ~(1ull << cpu);
	if (elsewhere)
		SYS(sched_setaffinity, tid, sizeof(elsewhere), &elsewhere);
	child->tid = tid;
	child->leader = leader;
	add32(&child->ping, 1);
	store32(&child->fate, ALIVE);
	add32(&child->wake, 1);
	futex_wake(&child->wake);
	const u64 deadline = now_us() + FIRST_STEPS_US * shared->slow;
	while (elsewhere && now_us() < deadline) {
		if (load32(&child->pong) == load32(&child->ping) && state_of(tid, 0) != 'R')
			break;
	}
	SYS(sched_setaffinity, tid, sizeof(here), &here);
}

static s64 fork_actor(u32 me, const struct order *order)
{
	const u32 child = (u32)order->a[0];
	const u64 no_fds = order->a[1], clear_handlers = order->a[2], taken_pid = order->a[3];
	int taken = shared->actor[me].tid;
	struct clone_args args;

	fill(&args, 0, sizeof(args));
	args.flags = clear_handlers ? CLONE_CLEAR_SIGHAND : 0;
	args.exit_signal = SIGCHLD;
	if (taken_pid) {
		args.set_tid = (u64)&taken;
		args.set_tid_size = 1;
	}
	shared->actor[child].cpus = shared->actor[me].cpus;
	keep_cpu(1);
	s64 tid = SYS(clone3, &args, sizeof(args));
	if (tid > 0)
		announce(me, &shared->actor[child], (int)tid, (int)tid);
	if (tid != 0) {
		keep_cpu(0);
		return tid < 0 ? tid : 0;
	}
	forget_rings();
	if (no_fds)
		SYS(close_range, EVENT_FD, ~0u, 0);
	actor_loop(child);
}

static void thread_main(u64 child)
{
	actor_loop((u32)child);
}

static s64 start_thread(u32 me, const struct order *order)
{
	const u64 child = order->a[0];
	struct clone_args args;

	fill(&args, 0, sizeof(args));
	args.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	args.stack = (u64)stacks[child];
	args.stack_size = STACK_SIZE - 64;
	shared->actor[child].cpus = shared->actor[me].cpus;
	keep_cpu(1);
	const s64 tid = clone_thread(&args, thread_main, child);
	if (tid > 0)
		announce(me, &shared->actor[child], (int)tid, shared->actor[me].leader);
	keep_cpu(0);
	return tid < 0 ? tid : 0;
}

/* The same program again: the actor's number is all that it is told. */
static s64 exec_again(u32 me, u64 undumpable)
{
	char number[8] = { (char)('0' + me / 100), (char)('0' + me / 10 % 10), (char)('0' + me % 10) };
	char *argv[] = { "actor", number, 0 }, *envp[] = { 0 };
	const int from = undumpable ? UNDUMPABLE_FD : SELF_FD;

	if (undumpable) {
		/* Who may read everything may be watched always: the rights go, exec gives them back. */
		struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct caps[2];
		SYS(capget, &head, caps);
		caps[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
		SYS(capset, &head, caps);
	}
	for (u32 event = 0; event < MOST_EVENTS; event++)
		if (shared->is_used[event] && SYS(fcntl, EVENT_FD + event, 1) == 1)
			note_count(event, (int)(EVENT_FD + event));
	return SYS(execveat, from, "", argv, envp, AT_EMPTY_PATH);
}

static s64 wait_for(u32 me, u32 task)
{
	struct actor *it = &shared->actor[task];
	struct { int fd; short events, revents; } asked = { -1, POLLIN, 0 };
	int status;
	s64 ret;

	store32(&shared->actor[me].waiting, 1);
	while (load32(&it->fate) == UNBORN)
		sleep_us(100);
	asked.fd = (int)SYS(pidfd_open, it->tid, PIDFD_THREAD);
	if (asked.fd < 0)
		asked.fd = (int)SYS(pidfd_open, it->tid, 0);
	if (asked.fd >= 0)
		while (SYS(ppoll, &asked, 1, 0, 0, 8) == -EINTR)
			;
	else
		while (SYS(tgkill, it->leader, it->tid, 0) == 0)
			sleep_us(100);
	SYS(close, asked.fd);
	do
		ret = SYS(wait4, it->tid, &status, WALL | WNOHANG, 0);
	while (ret == -EINTR);
	if (ret == it->tid) {
		it->status = status;
		store32(&it->status_known, 1);
	}
	store32(&shared->actor[me].waiting, 0);
	return 0;
}

static s64 set_cpus(u32 me, u64 cpus)
{
	s64 ret = SYS(sched_setaffinity, 0, sizeof(cpus), &cpus);
	if (ret < 0)
		return ret;
	shared->actor[me].cpus = cpus;
	return 0;
}

/*
 * The other one is brought here, and runs when this one has gone to sleep; this one comes back by a
 * timer, when the other one sleeps again, for else the two would be switched back, too.
 */
static s64 switch_to(u32 task)
{
	struct actor *it = &shared->actor[task];
	u64 before, here = 0;
	u32 cpu = 0;

	if (load32(&it->fate) != ALIVE)
		return 0;
	SYS(sched_getaffinity, 0, sizeof(before), &before);
	SYS(getcpu, &cpu, 0, 0);
	here = 1ull << cpu;
	SYS(sched_setaffinity, 0, sizeof(here), &here);
	SYS(sched_setaffinity, it->tid, sizeof(here), &here);
	keep_cpu(1);
	const u32 asked = add32(&it->ping, 1);
	add32(&it->wake, 1);
	futex_wake(&it->wake);
	for (u64 tries = 0; tries < 100 * shared->slow && (tries == 0 || load32(&it->pong) != asked); tries++)
		sleep_us(SWITCH_US);
	keep_cpu(0);
	SYS(sched_setaffinity, it->tid, sizeof(it->cpus), &it->cpus);
	SYS(sched_setaffinity, 0, sizeof(before), &before);
	return 0;
}

/* 0 root, 1 perfmon, 2 nobody. For good: only root can become somebody else. */
s64 become(u64 user)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];
	s64 ret = 0;

	if (user == 1)
		SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (user != 0) {
		SYS(setgroups, 0, 0);
		SYS(setresgid, NOBODY, NOBODY, NOBODY);
		ret = SYS(setresuid, NOBODY, NOBODY, NOBODY);
	} else {
		ret = SYS(setresuid, 0, 0, 0);
	}
	if (user == 1) {
		fill(caps, 0, sizeof(caps));
		caps[1].permitted = caps[1].effective = caps[1].inheritable =
			1u << (CAP_PERFMON_BIT - 32);
		SYS(capset, &head, caps);
		/* So that it outlives an exec. */
		SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_PERFMON_BIT, 0, 0);
	}
	SYS(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
	return ret;
}

struct run task_order(u32 me, const struct order *order)
{
	struct actor *self = &shared->actor[me];
	const u64 value = order->a[0];
	s64 ret;

	switch (order->op) {
	case OP_FORK: return outcome(fork_actor(me, order));
	case OP_THREAD: return outcome(start_thread(me, order));
	case OP_EXEC: return outcome(exec_again(me, value));
	case OP_EXIT:
		note_counts();
		store32(&self->exits, 1);
		SYS(exit, 0);
		__builtin_unreachable();
	case OP_WAIT: return outcome(wait_for(me, (u32)value));
	case OP_PIN: return outcome(set_cpus(me, value < 64 ? 1ull << value : 0));
	case OP_MIGRATE:
		ret = set_cpus(me, value < 64 ? 1ull << value : 0);
		return outcome(ret < 0 ? ret : set_cpus(me, shared->cpus));
	case OP_UNPIN: return outcome(set_cpus(me, shared->cpus));
	case OP_SWITCH_TO: return outcome(switch_to((u32)value));
	case OP_AS: return outcome(become(value));
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

/* Births, deaths, and where and as whom an actor runs. */
#include "machine.h"

#define STACK_SIZE 65536
#define SWITCH_US 200
#define PR_SET_DUMPABLE 4
#define PR_SET_KEEPCAPS 8
#define PR_CAP_AMBIENT 47
#define PR_CAP_AMBIENT_RAISE 2
#define NOBODY 65534
#define CAP_PERFMON_BIT 38
#define PIDFD_THREAD 0200 /* O_EXCL, since Linux 6.9 */
#define POLLIN 1

static u8 stacks[MOST_ACTORS][STACK_SIZE] __attribute__((aligned(64)));

/* It runs for the first time when this one has gone to sleep. */
static void announce(struct actor *child, int tid, int leader)
{
	if (shared->is_race)
		return;
	child->tid = tid;
	child->leader = leader;
	store32(&child->fate, ALIVE);
}

/* In a race nobody waits for a child's first steps, nor says for it that it is there. */
static void arrive(u32 me, int leader)
{
	struct actor *self = &shared->actor[me];

	if (!shared->is_race)
		return;
	self->tid = (int)SYS(gettid);
	self->leader = leader ? leader : self->tid;
	store32(&self->fate, ALIVE);
	store32(&self->is_coming, 0);
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
	shared->actor[child].home = shared->actor[me].home;
	store32(&shared->actor[child].is_coming, shared->is_race);
	s64 tid = SYS(clone3, &args, sizeof(args));
	if (tid > 0)
		announce(&shared->actor[child], (int)tid, (int)tid);
	if (tid < 0)
		store32(&shared->actor[child].is_coming, 0);
	if (tid != 0)
		return tid < 0 ? tid : 0;
	arrive(child, 0);
	forget_rings();
	if (no_fds)
		SYS(close_range, EVENT_FD, ~0u, 0);
	actor_loop(child);
}

static void thread_main(u64 child)
{
	arrive((u32)child, (int)SYS(getpid));
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
	shared->actor[child].home = shared->actor[me].home;
	store32(&shared->actor[child].is_coming, shared->is_race);
	const s64 tid = clone_thread(&args, thread_main, child);
	if (tid > 0)
		announce(&shared->actor[child], (int)tid, shared->actor[me].leader);
	else
		store32(&shared->actor[child].is_coming, 0);
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
	for (u32 event = 0; event < shared->events; event++)
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
	progress(); /* so that it is not this one that is switched to the other */
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

/* Whoever may run on several CPUs is moved by nobody, but in a race: results are not to hang on it. */
s64 settle_down(struct actor *self, u64 cpus)
{
	u64 home = self->home;

	while (cpus && !(cpus >> home & 1))
		home = (home + 1) & 63;
	const u64 only = shared->is_race ? cpus : cpus & 1ull << home;
	const s64 ret = SYS(sched_setaffinity, 0, sizeof(only), &only);
	if (ret < 0)
		return ret;
	self->cpus = cpus;
	self->home = home;
	return 0;
}

/*
 * The other one runs when this one has gone to sleep. This one goes on when the other one sleeps again
 * and the process between the two says so: else they would be switched back, too.
 */
static s64 switch_to(struct actor *self, u32 task)
{
	struct actor *it = &shared->actor[task];

	if (it == self || load32(&it->fate) != ALIVE)
		return 0;
	if (shared->is_race) {
		ask(it);
		sleep_us(SWITCH_US);
		return 0;
	}
	store32(&self->waiting, 1);
	store32(&self->rests, 1);
	ask(it);
	while (load32(&self->rests))
		futex_wait(&self->rests, 1, 0);
	store32(&self->waiting, 0);
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
	case OP_PIN: return outcome(settle_down(self, value < 64 ? 1ull << value : 0));
	case OP_MIGRATE:
		ret = settle_down(self, value < 64 ? 1ull << value : 0);
		return outcome(ret < 0 ? ret : settle_down(self, shared->cpus));
	case OP_UNPIN: return outcome(settle_down(self, shared->cpus));
	case OP_SWITCH_TO: return outcome(switch_to(self, (u32)value));
	case OP_AS: return outcome(become(value));
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

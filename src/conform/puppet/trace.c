/* ptrace(2), by the actor that is the tracer. */
#include "machine.h"

#define PTRACE_PEEKDATA 2
#define PTRACE_POKEDATA 5
#define PTRACE_CONT 7
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17

/*
 * Until wait4() has something to say of the tracee. Who stops wakes its tracer, and would be switched
 * to it directly: so this one does not wait in the kernel, but to be told by the first process.
 */
static s64 await_stop(struct actor *it, struct actor *self, int *status)
{
	s64 ret;

	if (shared->is_race)
		return SYS(wait4, it->tid, status, WALL, 0);
	store32(&self->awaits, (u32)(it - shared->actor) + 1);
	progress();
	for (;;) {
		const u32 seen = load32(&self->wake);
		ret = SYS(wait4, it->tid, status, WALL | WNOHANG, 0);
		if (ret != 0)
			break;
		futex_wait(&self->wake, seen, 0);
	}
	store32(&self->awaits, 0);
	return ret;
}

/* What wait4() says of the tracee; its end is kept for who asks for its fate. */
static s64 wait_status(struct actor *it, u32 me, int *status)
{
	struct actor *self = &shared->actor[me];
	s64 ret;

	store32(&self->waiting, 1);
	do
		ret = await_stop(it, self, status);
	while (ret == -EINTR);
	if (ret == it->tid && (*status & 0xff) != 0x7f) {
		it->status = *status;
		store32(&it->status_known, 1);
	}
	store32(&self->waiting, 0);
	return ret;
}

static u32 self(void)
{
	const int tid = (int)SYS(gettid);
	for (u32 it = 0; it < MOST_ACTORS; it++)
		if (shared->actor[it].tid == tid)
			return it;
	return MOST_ACTORS - 1;
}

static s64 attach(struct actor *it)
{
	int status = 0;
	s64 ret = SYS(ptrace, PTRACE_ATTACH, it->tid, 0, 0);

	if (ret < 0)
		return ret;
	ret = wait_status(it, self(), &status);
	if (ret < 0)
		return ret;
	return (status & 0xff) == 0x7f ? 0 : -ESRCH;
}

static struct run wait_stop(struct actor *it)
{
	int status = 0;
	s64 ret = wait_status(it, self(), &status);

	if (ret < 0)
		return outcome(ret);
	if ((status & 0xff) == 0x7f)
		return run_of(KIND_STOP, (status >> 8) & 0x7f);
	return run_of(KIND_EXITED, 0);
}

struct run trace_order(const struct order *order)
{
	const u64 *a = order->a;
	struct actor *it = &shared->actor[a[0]];
	u64 word = 0;
	s64 ret;

	if (load32(&it->fate) == UNBORN)
		return run_of(KIND_ERRNO, order->op == OP_WAIT_STOP ? ECHILD : ESRCH);
	switch (order->op) {
	case OP_ATTACH: return outcome(attach(it));
	case OP_WAIT_STOP: return wait_stop(it);
	case OP_DETACH: return outcome(SYS(ptrace, PTRACE_DETACH, it->tid, 0, 0));
	case OP_CONT: return outcome(SYS(ptrace, PTRACE_CONT, it->tid, 0, a[1]));
	case OP_PEEK: ret = SYS(ptrace, PTRACE_PEEKDATA, it->tid, a[1], &word); break;
	case OP_POKE: return outcome(SYS(ptrace, PTRACE_POKEDATA, it->tid, a[1], a[2]));
	default: return register_order(order, it->tid);
	}
	return ret < 0 ? outcome(ret) : run_of(KIND_VALUE, (s64)word);
}

/* Signals: what an actor does with them, and what it has seen of those that it handled. */
#include "machine.h"

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SA_SIGINFO 4
#define SA_RESTORER 0x04000000
#define SA_RESTART 0x10000000

struct kernel_sigaction {
	void (*handler)(int, u8 *, void *);
	u64 flags;
	void (*restorer)(void);
	u64 mask;
};

/* Of this process: the function of the scenario that a handler executes, counted from 1. */
static u64 function_of[MOST_SIGNALS];

static u32 actor_of(int tid)
{
	for (u32 it = 0; it < MOST_ACTORS; it++)
		if (shared->actor[it].tid == tid && shared->actor[it].fate == ALIVE)
			return it;
	return MOST_ACTORS - 1;
}

static void handle(int signal, u8 *info, void *context)
{
	struct signal_seen *seen = &shared->actor[actor_of((int)SYS(gettid))].seen[signal];
	int code;

	(void)context;
	copy(&code, info + 8, 4);
	seen->count++;
	seen->code = code;
	copy(&seen->addr, info + 16, 8);
	copy(&seen->data, info + 24, 8);
	if (function_of[signal])
		((void (*)(void))(FUNCTIONS + (function_of[signal] - 1) * FUNCTION_SPACING))();
}

static s64 set_action(u64 signal, void (*handler)(int, u8 *, void *))
{
	struct kernel_sigaction action = { handler, SA_SIGINFO | SA_RESTART, signal_return(), 0 };

	if (action.restorer)
		action.flags |= SA_RESTORER;
	return SYS(rt_sigaction, signal, &action, 0, 8);
}

static s64 set_mask(int how, u64 signal)
{
	u64 mask = 1ull << (signal - 1);
	return SYS(rt_sigprocmask, how, &mask, 0, 8);
}

static s64 send(u32 task, u64 signal)
{
	const struct actor *it = &shared->actor[task];
	return it->fate == UNBORN ? -ESRCH : SYS(tgkill, it->leader, it->tid, signal);
}

struct run signal_order(u32 me, const struct order *order)
{
	const u64 signal = order->a[0];
	u64 total = 0;

	switch (order->op) {
	case OP_HANDLE:
		function_of[signal] = order->a[1];
		return outcome(set_action(signal, handle));
	case OP_IGNORE: return outcome(set_action(signal, (void (*)(int, u8 *, void *))1));
	case OP_DEFAULT: return outcome(set_action(signal, 0));
	case OP_BLOCK: return outcome(set_mask(SIG_BLOCK, signal));
	case OP_UNBLOCK: return outcome(set_mask(SIG_UNBLOCK, signal));
	case OP_KILL: return outcome(send((u32)order->a[1], signal));
	case OP_SIGNALS:
		for (u64 it = 0; it < MOST_SIGNALS; it++)
			if (signal == 0 || signal == it)
				total += shared->actor[me].seen[it].count;
		return run_of(KIND_VALUE, (s64)total);
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

/* PTRACE_PEEKUSER and PTRACE_POKEUSER of the debug registers. */
#include "../machine.h"

#define PTRACE_PEEKUSER 3
#define PTRACE_POKEUSER 6
#define DEBUGREG 848 /* offsetof(struct user, u_debugreg) */

struct run register_order(const struct order *order, int tid)
{
	const u64 *a = order->a;
	u64 word = 0;
	s64 ret;

	switch (order->op) {
	case OP_PEEK_DR:
		ret = SYS(ptrace, PTRACE_PEEKUSER, tid, DEBUGREG + 8 * a[1], &word);
		return ret < 0 ? outcome(ret) : run_of(KIND_VALUE, (s64)word);
	case OP_POKE_DR:
		return outcome(SYS(ptrace, PTRACE_POKEUSER, tid, DEBUGREG + 8 * a[1], a[2]));
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

/* The ways in which ptrace sets the DABR or the DAWRs. */
#include "../machine.h"

#define PTRACE_SET_DEBUGREG 26
#define PPC_PTRACE_DELHWDEBUG 0x87
#define PPC_PTRACE_SETHWDEBUG 0x88
#define TRANSLATE 4
#define RANGE_INCLUSIVE 1

struct ppc_hw_breakpoint {
	u32 version, trigger_type, addr_mode, condition_mode;
	u64 addr, addr2, condition_value;
};

/* a[1] type, 0 for off; a[2] address; a[3] index; a[4] without translation */
static s64 set_debugreg(const u64 *a, int tid)
{
	const u64 word = a[1] == 0 ? 0 : (a[2] & ~7ul) | a[1] | (a[4] ? 0 : TRANSLATE);
	return SYS(ptrace, PTRACE_SET_DEBUGREG, tid, a[3], word);
}

/* What the kernel called those that were set, by their number in the scenario. */
static s64 *handle_at(u64 number)
{
	return &shared->handle[number % MOST_HANDLES];
}

/* a[1] handle; a[2] type; a[3] address; a[4] length, 0 for the exact mode */
static s64 set_hw_debug(const u64 *a, int tid)
{
	struct ppc_hw_breakpoint wish = { 1, (u32)a[2] << 1, 0, 0, a[3], 0, 0 };

	if (a[4] != 0) {
		wish.addr_mode = RANGE_INCLUSIVE;
		wish.addr2 = a[3] + a[4];
	}
	const s64 ret = SYS(ptrace, PPC_PTRACE_SETHWDEBUG, tid, 0, &wish);
	if (ret > 0)
		*handle_at(a[1]) = ret;
	return ret;
}

struct run register_order(const struct order *order, int tid)
{
	const u64 *a = order->a;

	switch (order->op) {
	case OP_SET_DEBUGREG: return outcome(set_debugreg(a, tid));
	case OP_SET_HW_DEBUG: return outcome(set_hw_debug(a, tid));
	case OP_DEL_HW_DEBUG:
		return outcome(SYS(ptrace, PPC_PTRACE_DELHWDEBUG, tid, 0, *handle_at(a[1])));
	default: return run_of(KIND_ERRNO, ENOSYS);
	}
}

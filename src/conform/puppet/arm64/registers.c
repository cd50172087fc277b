/* PTRACE_SETREGSET of the debug registers. */
#include "../machine.h"

#define PTRACE_GETREGSET 0x4204
#define PTRACE_SETREGSET 0x4205
#define NT_ARM_HW_BREAK 0x402
#define NT_ARM_HW_WATCH 0x403
#define REGISTERS 16
#define ENABLED 1
#define EL0 (2 << 1)
#define TYPE_X 4
#define INSTRUCTION 4

struct hwdebug_state {
	u32 info, pad;
	struct { u64 addr; u32 ctrl, pad; } reg[REGISTERS];
};

struct part {
	void *base;
	u64 length;
};

/*
 * a[1] index; a[2] type, 0 for off; a[3] address; a[4] length. What is written begins with the first
 * register, so those before it are written as they are.
 */
static s64 set_regset(const u64 *a, int tid)
{
	const u64 index = a[1] < REGISTERS ? a[1] : REGISTERS - 1;
	const u64 window = a[2] == TYPE_X ? INSTRUCTION : 8;
	const u64 set = a[2] == TYPE_X ? NT_ARM_HW_BREAK : NT_ARM_HW_WATCH;
	struct hwdebug_state state;
	struct part part = { &state, sizeof(state) };

	fill(&state, 0, sizeof(state));
	s64 ret = SYS(ptrace, PTRACE_GETREGSET, tid, set, &part);
	if (ret < 0)
		return ret;
	if (a[2] == 0) {
		state.reg[index].ctrl = 0;
	} else {
		const u64 mask = ((1ul << a[4]) - 1) << (a[3] % window);
		const u32 type = a[2] == TYPE_X ? 0 : (u32)a[2];
		state.reg[index].addr = a[3] - a[3] % window;
		state.reg[index].ctrl = (u32)mask << 5 | type << 3 | EL0 | ENABLED;
	}
	part.length = offsetof(struct hwdebug_state, reg) + (index + 1) * sizeof(state.reg[0]);
	return SYS(ptrace, PTRACE_SETREGSET, tid, set, &part);
}

struct run register_order(const struct order *order, int tid)
{
	if (order->op != OP_SET_REGSET)
		return run_of(KIND_ERRNO, ENOSYS);
	return outcome(set_regset(order->a, tid));
}

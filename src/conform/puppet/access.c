/* Accesses to variables, and functions that make some. */
#include "machine.h"

void touch(const struct order *access)
{
	const u64 at = access->a[0], size = access->a[1], value = access->a[2];

	switch (access->op) {
	case OP_LOAD: load(at, size); break;
	case OP_STORE: store(at, size, value); break;
	case OP_RMW: read_modify_write(at, size, value); break;
	case OP_VLOAD: vector(at, size, 0); break;
	case OP_VSTORE: vector(at, size, 1); break;
	case OP_DCBZ: clear_line(at); break;
	case OP_EXECUTE: ((void (*)(void))at)(); break;
	}
}

/* The kernel reads the range for write(2) into a pipe, or fills it for read(2) out of one. */
s64 kernel_copy(const struct order *access)
{
	static u8 other[65536];
	const u64 at = access->a[0], size = access->a[1];
	int fds[2];
	s64 ret = SYS(pipe2, fds, 0);

	if (ret < 0)
		return ret;
	if (access->op == OP_COPY_FROM_USER) {
		ret = SYS(write, fds[1], at, size);
	} else {
		fill(other, 0, size);
		SYS(write, fds[1], other, size);
		ret = SYS(read, fds[0], at, size);
	}
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	return ret;
}

/* What a function of the scenario does. */
void run_function(u64 index)
{
	const struct function *function = &shared->function[index];

	for (u64 it = 0; it < function->count; it++) {
		const struct order *access = &shared->body[function->first + it];
		if (access->op == OP_COPY_FROM_USER || access->op == OP_COPY_TO_USER)
			kernel_copy(access);
		else
			touch(access);
	}
}

void write_stubs(u64 functions)
{
	for (u64 index = 0; index < functions; index++)
		write_stub((u8 *)(FUNCTIONS + index * FUNCTION_SPACING), (u32)index, (u64)run_function);
}

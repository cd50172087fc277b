/* Accesses to variables, each one instruction of the size that is asked for. */
#include "wire.h"

#define LOAD(suffix, reg, at) __asm__ volatile("mov" suffix " (%0), " reg : : "r"(at) : "rax", "memory")
#define STORE(suffix, type, at, v) \
	__asm__ volatile("mov" suffix " %1, (%0)" : : "r"(at), "q"((type)(v)) : "memory")
#define RMW(suffix, type, at, v) \
	__asm__ volatile("add" suffix " %1, (%0)" : : "r"(at), "q"((type)(v)) : "memory", "cc")

static void load(u64 at, u64 size)
{
	switch (size) {
	case 1: LOAD("b", "%%al", at); break;
	case 2: LOAD("w", "%%ax", at); break;
	case 4: LOAD("l", "%%eax", at); break;
	default: LOAD("q", "%%rax", at); break;
	}
}

static void store(u64 at, u64 size, u64 value)
{
	switch (size) {
	case 1: STORE("b", u8, at, value); break;
	case 2: STORE("w", uint16_t, at, value); break;
	case 4: STORE("l", u32, at, value); break;
	default: STORE("q", u64, at, value); break;
	}
}

static void read_modify_write(u64 at, u64 size, u64 value)
{
	switch (size) {
	case 1: RMW("b", u8, at, value); break;
	case 2: RMW("w", uint16_t, at, value); break;
	case 4: RMW("l", u32, at, value); break;
	default: RMW("q", u64, at, value); break;
	}
}

/* Stores zeroes. */
static void vector(u64 at, u64 size, u64 stores)
{
	if (size == 32 && stores)
		__asm__ volatile("vpxor %%xmm0, %%xmm0, %%xmm0\n\tvmovdqu %%ymm0, (%0)"
				 : : "r"(at) : "xmm0", "memory");
	else if (size == 32)
		__asm__ volatile("vmovdqu (%0), %%ymm0" : : "r"(at) : "xmm0", "memory");
	else if (stores)
		__asm__ volatile("pxor %%xmm0, %%xmm0\n\tmovdqu %%xmm0, (%0)"
				 : : "r"(at) : "xmm0", "memory");
	else
		__asm__ volatile("movdqu (%0), %%xmm0" : : "r"(at) : "xmm0", "memory");
}

void touch(const struct order *access)
{
	const u64 at = access->a[0], size = access->a[1], value = access->a[2];

	switch (access->op) {
	case OP_LOAD: load(at, size); break;
	case OP_STORE: store(at, size, value); break;
	case OP_RMW: read_modify_write(at, size, value); break;
	case OP_VLOAD: vector(at, size, 0); break;
	case OP_VSTORE: vector(at, size, 1); break;
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

/* mov $index, %edi; movabs $run_function, %rax; jmp *%rax: the first is what a breakpoint watches. */
void write_stubs(u64 functions)
{
	for (u64 index = 0; index < functions; index++) {
		u8 *at = (u8 *)(FUNCTIONS + index * FUNCTION_SPACING);
		const u64 body = (u64)run_function;
		const u32 number = (u32)index;

		*at++ = 0xbf;
		copy(at, &number, 4);
		at += 4;
		*at++ = 0x48;
		*at++ = 0xb8;
		copy(at, &body, 8);
		at += 8;
		*at++ = 0xff;
		*at++ = 0xe0;
	}
}

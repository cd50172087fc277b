/* What only x86-64 has: accesses of every size, functions to watch, and bare beginnings. */
#include "wire.h"

#if defined(__x86_64__)

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

/* mov $index, %edi; movabs $run_function, %rax; jmp *%rax: the first is what a breakpoint watches. */
void write_stub(u8 *at, u32 index)
{
	const u64 body = (u64)run_function;

	*at++ = 0xbf;
	copy(at, &index, 4);
	at += 4;
	*at++ = 0x48;
	*at++ = 0xb8;
	copy(at, &body, 8);
	at += 8;
	*at++ = 0xff;
	*at++ = 0xe0;
}

/* The child has no frame to return to: it goes on in start() with its argument. */
long clone_thread(struct clone_args *args, void (*start)(u64), u64 argument)
{
	register void (*first)(u64) __asm__("r12") = start;
	register u64 given __asm__("r13") = argument;
	long tid;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n"
			 "1:"
			 : "=a"(tid)
			 : "a"(__NR_clone3), "D"(args), "S"(sizeof(*args)), "r"(first), "r"(given)
			 : "rcx", "r11", "memory");
	return tid;
}

__attribute__((naked)) void return_from_signal(void)
{
	__asm__("mov %0, %%eax\n\tsyscall" : : "i"(__NR_rt_sigreturn));
}

__attribute__((naked, used)) void _start(void)
{
	__asm__("xor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start");
}

#endif

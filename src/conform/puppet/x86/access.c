/* The accesses of x86-64. */
#include "../machine.h"

#define LOAD(suffix, reg, at) __asm__ volatile("mov" suffix " (%0), " reg : : "r"(at) : "rax", "memory")
#define STORE(suffix, type, at, v) \
	__asm__ volatile("mov" suffix " %1, (%0)" : : "r"(at), "q"((type)(v)) : "memory")
#define RMW(suffix, type, at, v) \
	__asm__ volatile("add" suffix " %1, (%0)" : : "r"(at), "q"((type)(v)) : "memory", "cc")

void load(u64 at, u64 size)
{
	switch (size) {
	case 1: LOAD("b", "%%al", at); break;
	case 2: LOAD("w", "%%ax", at); break;
	case 4: LOAD("l", "%%eax", at); break;
	default: LOAD("q", "%%rax", at); break;
	}
}

void store(u64 at, u64 size, u64 value)
{
	switch (size) {
	case 1: STORE("b", u8, at, value); break;
	case 2: STORE("w", uint16_t, at, value); break;
	case 4: STORE("l", u32, at, value); break;
	default: STORE("q", u64, at, value); break;
	}
}

void read_modify_write(u64 at, u64 size, u64 value)
{
	switch (size) {
	case 1: RMW("b", u8, at, value); break;
	case 2: RMW("w", uint16_t, at, value); break;
	case 4: RMW("l", u32, at, value); break;
	default: RMW("q", u64, at, value); break;
	}
}

void vector(u64 at, u64 size, u64 stores)
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

/* The language has no such word for x86. */
void clear_line(u64 at)
{
	(void)at;
}

/* mov $index, %edi; movabs $run_function, %rax; jmp *%rax */
void write_stub(u8 *at, u32 index, u64 run_function)
{
	*at++ = 0xbf;
	copy(at, &index, 4);
	at += 4;
	*at++ = 0x48;
	*at++ = 0xb8;
	copy(at, &run_function, 8);
	at += 8;
	*at++ = 0xff;
	*at++ = 0xe0;
}

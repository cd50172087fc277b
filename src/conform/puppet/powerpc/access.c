/* The accesses of 64-bit powerpc. */
#include "../machine.h"

#define LOAD(insn, word, at) __asm__ volatile(insn " %0, 0(%1)" : "=r"(word) : "b"(at) : "memory")
#define STORE(insn, at, v) __asm__ volatile(insn " %0, 0(%1)" : : "r"(v), "b"(at) : "memory")

static u64 fetch(u64 at, u64 size)
{
	u64 word;

	switch (size) {
	case 1: LOAD("lbz", word, at); break;
	case 2: LOAD("lhz", word, at); break;
	case 4: LOAD("lwz", word, at); break;
	default: LOAD("ld", word, at); break;
	}
	return word;
}

void load(u64 at, u64 size)
{
	fetch(at, size);
}

void store(u64 at, u64 size, u64 value)
{
	switch (size) {
	case 1: STORE("stb", at, value); break;
	case 2: STORE("sth", at, value); break;
	case 4: STORE("stw", at, value); break;
	default: STORE("std", at, value); break;
	}
}

/* A load and a store: there is no instruction that does both. */
void read_modify_write(u64 at, u64 size, u64 value)
{
	store(at, size, fetch(at, size) + value);
}

/* Always of 16 bytes, at the multiple of 16 below the address. */
void vector(u64 at, u64 size, u64 stores)
{
	(void)size;
	if (stores)
		__asm__ volatile("vxor 0, 0, 0\n\tstvx 0, 0, %0" : : "r"(at) : "v0", "memory");
	else
		__asm__ volatile("lvx 0, 0, %0" : : "r"(at) : "v0", "memory");
}

void clear_line(u64 at)
{
	__asm__ volatile("dcbz 0, %0" : : "r"(at) : "memory");
}

/* li 3, index; the address into 12, where a function looks for its own; mtctr 12; bctr */
void write_stub(u8 *at, u32 index, u64 run_function)
{
	const u32 code[] = {
		0x38600000 | (index & 0x7fff),
		0x3d800000 | (u32)(run_function >> 48 & 0xffff),
		0x618c0000 | (u32)(run_function >> 32 & 0xffff),
		0x798c07c6, /* sldi 12, 12, 32 */
		0x658c0000 | (u32)(run_function >> 16 & 0xffff),
		0x618c0000 | (u32)(run_function & 0xffff),
		0x7d8903a6,
		0x4e800420,
	};

	copy(at, code, sizeof(code));
	__asm__ volatile("dcbst 0, %0\n\tsync\n\ticbi 0, %0\n\tsync\n\tisync" : : "r"(at) : "memory");
}

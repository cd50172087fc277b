/* The accesses of arm64. */
#include "../machine.h"

#define LOAD(insn, word, at) __asm__ volatile(insn ", [%1]" : "=r"(word) : "r"(at) : "memory")
#define STORE(insn, at, v) __asm__ volatile(insn ", [%1]" : : "r"(v), "r"(at) : "memory")

static u64 fetch(u64 at, u64 size)
{
	u64 word;

	switch (size) {
	case 1: LOAD("ldrb %w0", word, at); break;
	case 2: LOAD("ldrh %w0", word, at); break;
	case 4: LOAD("ldr %w0", word, at); break;
	default: LOAD("ldr %0", word, at); break;
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
	case 1: STORE("strb %w0", at, value); break;
	case 2: STORE("strh %w0", at, value); break;
	case 4: STORE("str %w0", at, value); break;
	default: STORE("str %0", at, value); break;
	}
}

/* A load and a store: only some processors have an instruction that does both. */
void read_modify_write(u64 at, u64 size, u64 value)
{
	store(at, size, fetch(at, size) + value);
}

void vector(u64 at, u64 size, u64 stores)
{
	if (stores)
		__asm__ volatile("movi v0.2d, #0\n\tmovi v1.2d, #0" : : : "v0", "v1");
	if (size == 32 && stores)
		__asm__ volatile("stp q0, q1, [%0]" : : "r"(at) : "memory");
	else if (size == 32)
		__asm__ volatile("ldp q0, q1, [%0]" : : "r"(at) : "v0", "v1", "memory");
	else if (stores)
		__asm__ volatile("str q0, [%0]" : : "r"(at) : "memory");
	else
		__asm__ volatile("ldr q0, [%0]" : : "r"(at) : "v0", "memory");
}

void clear_line(u64 at)
{
	__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

/* mov w0, #index; ldr x16, the address below; br x16 */
void write_stub(u8 *at, u32 index, u64 run_function)
{
	const u32 code[] = { 0x52800000 | (index & 0xffff) << 5, 0x58000070, 0xd61f0200, 0xd503201f };

	copy(at, code, sizeof(code));
	copy(at + sizeof(code), &run_function, sizeof(run_function));
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(at) : "memory");
}

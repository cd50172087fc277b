/*
 * instructions: stores into `cell` once by each instruction of a table, then prints the table: the name
 * of the function, the address of the instruction and of the one behind it, its line.
 * The registers that an instruction needs are set up before it: rax is 0x11, rdi and rsi point to the
 * cell and elsewhere, rcx counts eight bytes, xmm0 holds something.
 */
#include "target.h"

union cell {
	uint8_t bytes[1024];
	uint64_t words[128];
} __attribute__((aligned(64)));

union cell cell, elsewhere;

struct store {
	void (*run)(void);
	const char *name;
	const char *insn;
	const char *next;
	int line;
};

#define CLOBBERS "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r11", "xmm0", "memory", "cc"

/* `text` is the instruction: labels before and behind it tell where it is. */
#define STORE(name, before, text, after)                                                         \
	extern const char insn_##name[], next_##name[];                                          \
	NOINLINE static void name(void) {                                                        \
		__asm__ volatile("mov $0x11, %%eax\n lea cell(%%rip), %%rdi\n"                   \
				 "lea elsewhere(%%rip), %%rsi\n mov $8, %%ecx\n mov %%rsp, %%r11\n" \
				 before "\n.globl insn_" #name ", next_" #name "\ninsn_" #name ": " text  \
				 "\nnext_" #name ": nop\n" after ::: CLOBBERS); }                    \
	__attribute__((section("stores"), used, aligned(8))) static const struct store entry_##name = {      \
		name, #name, insn_##name, next_##name, __LINE__ }
#define PLAIN(name, text) STORE(name, "", text, "")

PLAIN(mov_byte_number, "movb $1, cell(%%rip)");
PLAIN(mov_word_number, "movw $2, cell(%%rip)");
PLAIN(mov_long_number, "movl $3, cell(%%rip)");
PLAIN(mov_quad_number, "movq $-4, cell(%%rip)");
PLAIN(mov_byte_register, "movb %%al, (%%rdi)");
PLAIN(mov_high_byte, "movb %%ah, (%%rdi)");
PLAIN(mov_word_register, "movw %%ax, (%%rdi)");
PLAIN(mov_long_register, "movl %%eax, (%%rdi)");
PLAIN(mov_quad_register, "movq %%rax, (%%rdi)");
PLAIN(mov_indexed, "movl %%eax, -32(%%rdi,%%rcx,4)");
PLAIN(mov_absolute, "movabs %%eax, cell");
PLAIN(mov_segment, "movw %%ds, (%%rdi)");
PLAIN(movnti_quad, "movnti %%rax, (%%rdi)");
PLAIN(movbe_long, "movbe %%eax, (%%rdi)");
STORE(push_register, "lea 8(%%rdi), %%rsp", "push %%rax", "mov %%r11, %%rsp");
STORE(push_number, "lea 8(%%rdi), %%rsp", "push $5", "mov %%r11, %%rsp");
STORE(push_memory, "lea 8(%%rdi), %%rsp", "push elsewhere(%%rip)", "mov %%r11, %%rsp");
STORE(push_flags, "lea 8(%%rdi), %%rsp", "pushf", "mov %%r11, %%rsp");
STORE(pop_memory, "push %%rax", "pop cell(%%rip)", "");
STORE(enter_frame, "mov %%rbp, %%rbx\n lea 8(%%rdi), %%rsp", "enter $0, $0",
      "mov %%rbx, %%rbp\n mov %%r11, %%rsp");
PLAIN(exchange, "xchg %%rax, (%%rdi)");
STORE(compare_exchange, "mov (%%rdi), %%rax\n mov $7, %%edx", "lock cmpxchg %%rdx, (%%rdi)", "");
STORE(compare_exchange_that_fails, "mov (%%rdi), %%rax\n not %%rax", "lock cmpxchg %%rdx, (%%rdi)", "");
STORE(compare_exchange_of_8, "mov (%%rdi), %%eax\n mov 4(%%rdi), %%edx\n mov $1, %%ebx\n",
      "lock cmpxchg8b (%%rdi)", "");
STORE(compare_exchange_of_16, "mov (%%rdi), %%rax\n mov 8(%%rdi), %%rdx\n mov $1, %%ebx\n",
      "lock cmpxchg16b (%%rdi)", "");
PLAIN(exchange_and_add, "lock xadd %%eax, (%%rdi)");
PLAIN(increment, "incl (%%rdi)");
PLAIN(decrement, "lock decq (%%rdi)");
PLAIN(negate, "negl (%%rdi)");
PLAIN(invert, "notb (%%rdi)");
PLAIN(add_number, "addq $1, cell(%%rip)");
PLAIN(add_with_carry, "adcl %%eax, (%%rdi)");
PLAIN(subtract, "subw %%ax, (%%rdi)");
PLAIN(subtract_with_borrow, "sbbb %%al, (%%rdi)");
PLAIN(and_number, "andl $0xff, (%%rdi)");
PLAIN(or_register, "lock orq %%rax, (%%rdi)");
PLAIN(exclusive_or, "xorl %%eax, (%%rdi)");
PLAIN(bit_set, "btsl $3, (%%rdi)");
PLAIN(bit_reset, "lock btrq $3, (%%rdi)");
PLAIN(bit_complement, "btcw $3, (%%rdi)");
PLAIN(shift_left, "shll $1, (%%rdi)");
PLAIN(shift_right, "sarb $1, (%%rdi)");
PLAIN(rotate, "rolw %%cl, (%%rdi)");
PLAIN(rotate_through_carry, "rclq $1, (%%rdi)");
PLAIN(shift_double, "shldl $4, %%eax, (%%rdi)");
PLAIN(set_if_zero, "setz (%%rdi)");
PLAIN(store_string_once, "stosq");
PLAIN(store_string_bytes, "rep stosb");
STORE(store_string_quad, "mov $2, %%ecx", "rep stosq", "");
STORE(store_string_backwards, "add $7, %%rdi\n std", "rep stosb", "cld");
STORE(store_string_from_inside, "add $3, %%rdi\n mov $64, %%ecx", "rep stosb", "");
STORE(store_string_into_the_middle, "mov $5, %%ecx", "rep stosb", "");
PLAIN(move_string_once, "movsl");
PLAIN(move_string_bytes, "rep movsb");
STORE(move_string_longs, "mov $16, %%ecx", "rep movsl", "");
STORE(float_single, "fld1", "fstps (%%rdi)", "");
STORE(float_double, "fld1", "fstl (%%rdi)", "fstp %%st(0)");
STORE(float_extended, "fld1", "fstpt (%%rdi)", "");
STORE(float_integer, "fld1", "fistpll (%%rdi)", "");
PLAIN(float_control, "fnstcw (%%rdi)");
PLAIN(float_environment, "fnstenv (%%rdi)");
PLAIN(float_and_vector_state, "fxsave (%%rdi)");
PLAIN(vector_control, "stmxcsr (%%rdi)");
PLAIN(vector_long, "movd %%xmm0, (%%rdi)");
PLAIN(vector_quad, "movq %%xmm0, (%%rdi)");
PLAIN(vector_single, "movss %%xmm0, (%%rdi)");
PLAIN(vector_double, "movsd %%xmm0, (%%rdi)");
PLAIN(vector_aligned, "movaps %%xmm0, (%%rdi)");
PLAIN(vector_unaligned, "movdqu %%xmm0, -8(%%rdi)");
PLAIN(vector_high_half, "movhps %%xmm0, (%%rdi)");
PLAIN(vector_low_half, "movlpd %%xmm0, (%%rdi)");
PLAIN(vector_past_the_cache, "movntdq %%xmm0, (%%rdi)");
PLAIN(vector_element, "pextrq $0, %%xmm0, (%%rdi)");
STORE(vector_masked, "pcmpeqd %%xmm1, %%xmm1", "maskmovdqu %%xmm1, %%xmm0", "");
PLAIN(vector_256, "vmovups %%ymm0, (%%rdi)");
STORE(vector_256_masked, "vpcmpeqd %%ymm1, %%ymm1, %%ymm1", "vmaskmovps %%ymm0, %%ymm1, (%%rdi)", "");
PLAIN(vector_256_half, "vextractf128 $1, %%ymm0, (%%rdi)");

extern const struct store __start_stores[], __stop_stores[];

/* A call that stores its return address into the cell, and what it calls. */
extern const char insn_call[], next_call[];
__asm__(".text\n.type landing, @function\nlanding: .cfi_startproc\n nop\n ret\n .cfi_endproc\n"
	".size landing, .-landing");

#define CALL "mov %%rsp, %%rbx\n lea cell+8(%%rip), %%rsp\n.globl insn_call, next_call\n" \
	     "insn_call: call landing\nnext_call: mov %%rbx, %%rsp"

NOINLINE static void call_onto_cell(void)
{
	__asm__ volatile(CALL ::: CLOBBERS);
}
enum { CALL_LINE = __LINE__ - 2 };

int main(void)
{
	ready("cell=%p", (void *)&cell);
	for (const struct store *it = __start_stores; it < __stop_stores; it++)
		it->run();
	call_onto_cell();
	say("done");
	for (const struct store *it = __start_stores; it < __stop_stores; it++)
		say("%s insn=%p next=%p line=%d", it->name, (void *)it->insn, (void *)it->next, it->line);
	say("call_onto_cell insn=%p next=%p line=%d", (void *)insn_call, (void *)next_call, CALL_LINE);
	wait_for_line();
	return 0;
}

/*
 * pokes OP...: each OP is a letter, a size, `@` and an offset into `arena`, then `*` and a count:
 *
 *     w8@3     one store of 1, 2, 4 or 8 bytes         r8@3    one load
 *     v16@0    one store of 16 bytes, by SSE           a8@0    one locked addition
 *     s5@3     rep stosb of 5 bytes                    q16@8   rep stosq of 2 words
 *     k8@0     read(2) of 8 bytes into it              f1@0    a call of `called`, nothing stored
 */
#include <emmintrin.h>

#include "target.h"

_Alignas(64) volatile unsigned char arena[4096] = { 1 };
volatile uint64_t sink;
static int zeros;

NOINLINE void called(void)
{
	sink++;
}

NOINLINE static void store(volatile unsigned char *at, long size)
{
	switch (size) {
	case 1: *at = 7; break;
	case 2: *(volatile uint16_t *)at = 7; break;
	case 4: *(volatile uint32_t *)at = 7; break;
	case 8: *(volatile uint64_t *)at = 7; break;
	}
}

NOINLINE static void load(volatile unsigned char *at, long size)
{
	switch (size) {
	case 1: sink = *at; break;
	case 2: sink = *(volatile uint16_t *)at; break;
	case 4: sink = *(volatile uint32_t *)at; break;
	case 8: sink = *(volatile uint64_t *)at; break;
	}
}

NOINLINE static void store_sse(volatile unsigned char *at)
{
	__m128i value = _mm_set1_epi8(7);

	__asm__ volatile("movdqu %1, %0" : "=m"(*(volatile __m128i_u *)at) : "x"(value));
}

NOINLINE static void add_locked(volatile unsigned char *at)
{
	__asm__ volatile("lock addq $1, %0" : "+m"(*(volatile uint64_t *)at));
}

NOINLINE static void store_string(volatile unsigned char *at, long bytes)
{
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(7) : "memory");
}

NOINLINE static void store_words(volatile unsigned char *at, long words)
{
	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(7) : "memory");
}

static void once(char kind, long size, volatile unsigned char *at)
{
	switch (kind) {
	case 'w': store(at, size); break;
	case 'r': load(at, size); break;
	case 'v': store_sse(at); break;
	case 'a': add_locked(at); break;
	case 's': store_string(at, size); break;
	case 'q': store_words(at, size / 8); break;
	case 'k': if (read(zeros, (void *)at, size) != size) abort(); break;
	case 'f': called(); break;
	default: abort();
	}
}

int main(int argc, char **argv)
{
	FILE *zero = fopen("/dev/zero", "r");

	zeros = fileno(zero);
	ready("arena=%p called=%p", (void *)arena, (void *)called);
	for (int i = 1; i < argc; i++) {
		char kind;
		long size, offset, times = 1;

		if (sscanf(argv[i], "%c%ld@%ld*%ld", &kind, &size, &offset, &times) < 3)
			abort();
		while (times-- > 0)
			once(kind, size, arena + offset);
	}
	say("done");
	wait_for_line();
	return 0;
}

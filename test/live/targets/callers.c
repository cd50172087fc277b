/*
 * callers: stores to `counter` once each way below, each through functions of its own, which are never
 * inlined nor left out: the stack of each store is main, the way's name, its parts.
 */
#include <alloca.h>
#include <signal.h>

#include "target.h"

volatile uint64_t counter;

/* Last in its function: a tail call would take its frame away. */
#define KEEP __asm__ volatile("" ::: "memory")

NOINLINE static void leaf(uint64_t value)
{
	counter = value;
}

NOINLINE static void middle(uint64_t value)
{
	leaf(value);
	KEEP;
}

NOINLINE static void plain(void)
{
	middle(1);
	KEEP;
}

/* Saves registers, so that the return address is not where rsp is. */
NOINLINE static uint64_t saver(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t sum = 0;

	for (uint64_t i = a; i < b; i++) {
		leaf(i * c);
		sum += i * b * c;
		KEEP;
	}
	return sum;
}

NOINLINE static void saving(void)
{
	if (saver(7, 8, 9) == 0)
		abort();
	KEEP;
}

/* Its frame is of a size that only rbp knows. */
NOINLINE static void variable_frame(volatile size_t size)
{
	volatile char *bytes = alloca(size);

	bytes[0] = 1;
	leaf(bytes[0]);
	KEEP;
}

/* Aligns its stack, so that its frame is known through another register, and on the stack. */
NOINLINE static void aligned_frame(void)
{
	volatile char bytes[128] __attribute__((aligned(64)));

	bytes[0] = 1;
	leaf(bytes[0]);
	KEEP;
}

/* More stack than is sampled. */
NOINLINE static void big_frame(void)
{
	volatile char bytes[100000];

	bytes[0] = 1;
	leaf(bytes[0]);
	KEEP;
}

NOINLINE static uint64_t recursive(uint64_t depth)
{
	uint64_t below = 0;

	if (depth == 0)
		leaf(1);
	else
		below = recursive(depth - 1);
	KEEP;
	return below + depth;
}

NOINLINE static void deep(void)
{
	recursive(20);
	KEEP;
}

NOINLINE static void through_pointer(void (*volatile call)(uint64_t))
{
	call(1);
	KEEP;
}

NOINLINE static int compare(const void *a, const void *b)
{
	leaf(1);
	KEEP;
	return *(const int *)a - *(const int *)b;
}

/* Called back by the C library. */
NOINLINE static void sorting(void)
{
	int numbers[] = {2, 1};

	qsort(numbers, 2, sizeof(int), compare);
	KEEP;
}

static void handler(int number)
{
	leaf(number);
	KEEP;
}

NOINLINE static void interrupted(void)
{
	raise(SIGUSR1);
	KEEP;
}

NOINLINE static void *in_thread(void *unused)
{
	leaf(1);
	KEEP;
	return unused;
}

int main(void)
{
	pthread_t thread;

	signal(SIGUSR1, handler);
	ready("counter=%p", (void *)&counter);
	plain();
	saving();
	variable_frame(100);
	aligned_frame();
	big_frame();
	deep();
	through_pointer(middle);
	sorting();
	interrupted();
	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
	say("done");
	wait_for_line();
	return 0;
}

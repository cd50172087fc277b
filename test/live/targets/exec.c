/* exec N M PROGRAM: stores N times, then becomes PROGRAM, which is this file again: M times. */
#include "target.h"

#ifdef PADDING
/* Moves `counter` to another address than it has in the program without padding. */
volatile char padding[PADDING] = { 1 };
#endif

volatile uint64_t counter = 1;

NOINLINE void store(uint64_t value)
{
	counter = value;
}

static void store_all(long n)
{
	for (long i = 0; i < n; i++)
		store(i);
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		store_all(argument(argc, argv, 1, 0));
		say("done counter=%p", (void *)&counter);
		wait_for_line();
		return 0;
	}
	ready("counter=%p", (void *)&counter);
	store_all(argument(argc, argv, 1, 0));
	execl(argv[3], argv[3], argv[2], NULL);
	perror(argv[3]);
	return 1;
}

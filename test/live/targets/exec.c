/*
 * exec N M PROGRAM [thread]: stores N times, then becomes PROGRAM, which is this file again: M times.
 * With `thread` it is not the first thread that executes the program; that one ends by it.
 */
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

static void *become(void *arguments)
{
	char **argv = arguments;

	store_all(argument(4, argv, 1, 0));
	execl(argv[3], argv[3], argv[2], NULL);
	perror(argv[3]);
	exit(1);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc == 2) {
		store_all(argument(argc, argv, 1, 0));
		say("done counter=%p", (void *)&counter);
		wait_for_line();
		return 0;
	}
	ready("counter=%p", (void *)&counter);
	if (argc == 4)
		become(argv);
	pthread_create(&thread, NULL, become, argv);
	pthread_join(thread, NULL);
}

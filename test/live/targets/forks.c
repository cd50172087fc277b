/* forks CHILDREN N: each child stores N times and so does a child of its own; the parent, N times. */
#include "target.h"

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

static void child(long n)
{
	store_all(n);
	if (fork() == 0) {
		store_all(n);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	long children = argument(argc, argv, 1, 1);
	long n = argument(argc, argv, 2, 0);

	ready("counter=%p", (void *)&counter);
	for (long i = 0; i < children; i++)
		if (fork() == 0)
			child(n);
	store_all(n);
	while (wait(NULL) > 0)
		;
	say("done");
	wait_for_line();
	return 0;
}

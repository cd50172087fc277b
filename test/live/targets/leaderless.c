/* leaderless N: the first thread ends, another one goes on and stores N times. */
#include "target.h"

volatile uint64_t counter = 1;

static pthread_t first;
static long stores;

NOINLINE void store(uint64_t value)
{
	counter = value;
}

static void *go_on(void *unused)
{
	pthread_join(first, NULL);
	ready("counter=%p", (void *)&counter);
	for (long i = 0; i < stores; i++)
		store(i);
	say("done");
	wait_for_line();
	exit(0);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t second;

	stores = argument(argc, argv, 1, 0);
	first = pthread_self();
	pthread_create(&second, NULL, go_on, NULL);
	pthread_exit(NULL);
}

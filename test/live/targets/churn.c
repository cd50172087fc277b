/*
 * churn N: a thread is born every few hundred us from the first moment on, before, while and after a
 * watch attaches. Each lives a while. Those that see the start store N times; how many did is told.
 */
#include <time.h>

#include "target.h"

#define BORN_EVERY_US 200
#define LIVES_US 3000
#define BORN_AFTER 50

volatile uint64_t counter = 1;

static long stores;
static atomic_int started;
static atomic_int alive;
static atomic_long done;

NOINLINE void store(uint64_t value)
{
	counter = value;
}

static void pause_us(long us)
{
	struct timespec span = { 0, us * 1000 };

	nanosleep(&span, NULL);
}

static void *live(void *unused)
{
	pause_us(LIVES_US);
	if (atomic_load(&started)) {
		for (long i = 0; i < stores; i++)
			store(i);
		atomic_fetch_add(&done, stores);
	}
	atomic_fetch_sub(&alive, 1);
	return unused;
}

static void *breed(void *unused)
{
	pthread_attr_t detached;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (int after = 0; after < BORN_AFTER; after += atomic_load(&started)) {
		pthread_t thread;

		atomic_fetch_add(&alive, 1);
		if (pthread_create(&thread, &detached, live, NULL) != 0)
			atomic_fetch_sub(&alive, 1);
		pause_us(BORN_EVERY_US);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t breeder;

	stores = argument(argc, argv, 1, 1);
	pthread_create(&breeder, NULL, breed, NULL);
	ready("counter=%p", (void *)&counter);
	atomic_store(&started, 1);
	pthread_join(breeder, NULL);
	while (atomic_load(&alive) > 0)
		pause_us(1000);
	say("done stores=%ld", atomic_load(&done));
	wait_for_line();
	return 0;
}

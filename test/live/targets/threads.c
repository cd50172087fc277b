/* threads BEFORE AFTER N: threads that are there before the start and after it store N times each. */
#include "target.h"

#define MOST 512

volatile uint64_t counter = 1;

static long stores;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int started;
static int waiting;
static int tids[MOST];

NOINLINE void store(uint64_t value)
{
	counter = value;
}

static void store_all(void)
{
	for (long i = 0; i < stores; i++)
		store(i);
}

static void *waits_first(void *slot)
{
	pthread_mutex_lock(&lock);
	*(int *)slot = (int)syscall(SYS_gettid);
	waiting++;
	pthread_cond_broadcast(&changed);
	while (!started)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	store_all();
	return NULL;
}

static void *stores_at_once(void *unused)
{
	store_all();
	return unused;
}

int main(int argc, char **argv)
{
	static pthread_t threads[MOST];
	long before = argument(argc, argv, 1, 0);
	long after = argument(argc, argv, 2, 0);

	stores = argument(argc, argv, 3, 0);
	for (long i = 0; i < before; i++)
		pthread_create(&threads[i], NULL, waits_first, &tids[i]);
	pthread_mutex_lock(&lock);
	while (waiting < before)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);

	ready("counter=%p first=0x%x", (void *)&counter, tids[0]);
	pthread_mutex_lock(&lock);
	started = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (long i = 0; i < after; i++)
		pthread_create(&threads[before + i], NULL, stores_at_once, NULL);
	for (long i = 0; i < before + after; i++)
		pthread_join(threads[i], NULL);
	say("done");
	wait_for_line();
	return 0;
}

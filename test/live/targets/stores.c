/* stores N [SAME]: stores to `counter` N times, SAME: each time the value that is there already. */
#include <fcntl.h>
#include <sys/mman.h>

#include "target.h"

volatile uint64_t counter = 1;

NOINLINE void store(uint64_t value)
{
	counter = value;
}

/* stores N PROGRESS_FILE: says in the file how many stores are done, for one that gets killed. */
static volatile uint64_t *progress(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return NULL;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? NULL : page;
}

int main(int argc, char **argv)
{
	long n = argument(argc, argv, 1, 0);
	int same = argc > 2 && strcmp(argv[2], "same") == 0;
	volatile uint64_t *done = argc > 2 && !same ? progress(argv[2]) : NULL;
	uint64_t sum = 0;

	ready("counter=%p store=%p", (void *)&counter, (void *)store);
	for (long i = 1; i <= n; i++) {
		store(same ? 1 : i);
		if (done != NULL)
			*done = i;
		sum += counter;
	}
	say("done sum=%lu", sum);
	wait_for_line();
	return 0;
}

// The target of the benchmark: prints the address of a global, then for each line does what it says
// and prints how long that took in ns.
//   hot N        N stores as fast as they go
//   paced N NS   N stores, NS ns of work between them
//   threads N T  T threads, N stores each, all at once
//   best N B     B times N stores; the ns of CPU time that the fastest of these took
//   idle MS      nothing for MS ms
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static volatile uint64_t counter;

static uint64_t clock_now(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now(void) { return clock_now(CLOCK_MONOTONIC); }

static void hot(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) counter = i;
}

static void paced(uint64_t n, uint64_t ns) {
  for (uint64_t i = 0; i < n; i++) {
    uint64_t until = now() + ns;
    while (now() < until) {
    }
    counter = i;
  }
}

static uint64_t best(uint64_t n, uint64_t bursts) {
  uint64_t least = UINT64_MAX;
  for (uint64_t b = 0; b < bursts; b++) {
    uint64_t start = clock_now(CLOCK_THREAD_CPUTIME_ID);
    hot(n);
    uint64_t took = clock_now(CLOCK_THREAD_CPUTIME_ID) - start;
    if (took < least) least = took;
  }
  return least;
}

static void *thread(void *n) {
  hot(*(uint64_t *)n);
  return NULL;
}

static void threads(uint64_t n, int t) {
  pthread_t id[64];
  for (int i = 0; i < t; i++) pthread_create(&id[i], NULL, thread, &n);
  for (int i = 0; i < t; i++) pthread_join(id[i], NULL);
}

int main(void) {
  char line[128], word[16];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("%p\n", (void *)&counter);
  while (fgets(line, sizeof line, stdin)) {
    unsigned long a = 0, b = 0;
    sscanf(line, "%15s %lu %lu", word, &a, &b);
    uint64_t start = now();
    if (!strcmp(word, "hot")) hot(a);
    if (!strcmp(word, "paced")) paced(a, b);
    if (!strcmp(word, "threads")) threads(a, (int)b);
    if (!strcmp(word, "idle")) {
      struct timespec t = {(time_t)(a / 1000), (long)(a % 1000) * 1000000};
      nanosleep(&t, NULL);
    }
    uint64_t took = !strcmp(word, "best") ? best(a, b) : now() - start;
    printf("%lu\n", (unsigned long)took);
  }
  return 0;
}

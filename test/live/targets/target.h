/*
 * What all targets share. A target prints one line of NAME=VALUE pairs, waits for a line, does a
 * known number of accesses, prints "done" with what it knows, and waits for the end of its input.
 */
#ifndef TARGET_H
#define TARGET_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#ifndef __cplusplus
#include <stdatomic.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noipa))

/* Reads one line, or as far as the end of the input. Allocates nothing, so it may be anywhere. */
static inline void wait_for_line(void)
{
	char c = 0;

	while (c != '\n' && read(0, &c, 1) == 1)
		;
}

/* Prints a line at once. */
#define say(...)                     \
	do {                         \
		printf(__VA_ARGS__); \
		putchar('\n');       \
		fflush(stdout);      \
	} while (0)

/* Tells what can be watched, and waits until it is. */
#define ready(...)                 \
	do {                       \
		say(__VA_ARGS__);  \
		wait_for_line();   \
	} while (0)

/* The number that an argument is, or `otherwise` when it is not given. */
static inline long argument(int argc, char **argv, int index, long otherwise)
{
	return index < argc ? strtol(argv[index], NULL, 0) : otherwise;
}

#endif

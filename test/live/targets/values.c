/*
 * values OP...: each OP is who, a letter, a size, `@` and an offset into `arena`, `=` and a value,
 * then `*` and a count:
 *
 *     a4@0=7*10    `writer_a` stores 7 in 4 bytes, 10 times       b4@0=7    `writer_b` does
 *     i8@0=1*100   `counter_up` adds 1 to 8 bytes, 100 times      l8@0      `reader` loads
 *     k8@0=0       the kernel copies zeros into 8 bytes, read(2)
 *
 * A `t` before it lets a thread named "worker" do it, an `f` a forked child; either is waited for
 * before the next. A capital letter means `shared` instead, memory that children share.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "target.h"

_Alignas(64) volatile unsigned char arena[4096];
volatile unsigned char *shared;
volatile uint64_t sink;
static int zeros;

struct op {
	char kind;
	long size, offset, value, times;
};

#define STORE(at, size, value)                                        \
	switch (size) {                                               \
	case 1: *(volatile uint8_t *)(at) = (value); break;           \
	case 2: *(volatile uint16_t *)(at) = (value); break;          \
	case 4: *(volatile uint32_t *)(at) = (value); break;          \
	case 8: *(volatile uint64_t *)(at) = (value); break;          \
	}

NOINLINE void writer_a(volatile unsigned char *at, long size, long value)
{
	STORE(at, size, value);
}

NOINLINE void writer_b(volatile unsigned char *at, long size, long value)
{
	STORE(at, size, value);
}

NOINLINE void counter_up(volatile unsigned char *at, long size, long value)
{
	switch (size) {
	case 1: *(volatile uint8_t *)at += value; break;
	case 2: *(volatile uint16_t *)at += value; break;
	case 4: *(volatile uint32_t *)at += value; break;
	case 8: *(volatile uint64_t *)at += value; break;
	}
}

NOINLINE void reader(volatile unsigned char *at, long size)
{
	sink = size == 8 ? *(volatile uint64_t *)at : *at;
}

static void *run(void *argument)
{
	struct op *op = argument;
	volatile unsigned char *base = op->kind >= 'A' && op->kind <= 'Z' ? shared : arena;
	volatile unsigned char *at = base + op->offset;

	for (long i = 0; i < op->times; i++)
		switch (op->kind | 32) {
		case 'a': writer_a(at, op->size, op->value); break;
		case 'b': writer_b(at, op->size, op->value); break;
		case 'i': counter_up(at, op->size, op->value); break;
		case 'l': reader(at, op->size); break;
		case 'k':
			if (read(zeros, (void *)at, op->size) != op->size)
				abort();
			break;
		}
	return NULL;
}

static void *run_as_worker(void *argument)
{
	prctl(PR_SET_NAME, "worker");
	return run(argument);
}

static void parse(const char *text, struct op *op)
{
	*op = (struct op){ .times = 1 };
	if (sscanf(text, "%c%ld@%ld=%ld*%ld", &op->kind, &op->size, &op->offset, &op->value,
		   &op->times) < 3)
		abort();
}

int main(int argc, char **argv)
{
	zeros = open("/dev/zero", O_RDONLY);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ready("arena=%p shared=%p", (void *)arena, (void *)shared);
	for (int i = 1; i < argc; i++) {
		char who = argv[i][0];
		struct op op;
		pthread_t thread;

		if (who == 't') {
			parse(argv[i] + 1, &op);
			pthread_create(&thread, NULL, run_as_worker, &op);
			pthread_join(thread, NULL);
		} else if (who == 'f') {
			parse(argv[i] + 1, &op);
			if (fork() == 0) {
				run(&op);
				_exit(0);
			}
			wait(NULL);
		} else {
			parse(argv[i], &op);
			run(&op);
		}
	}
	say("done");
	wait_for_line();
	return 0;
}

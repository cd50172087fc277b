/*
 * System calls without a C library: the puppet's actors are bare threads and forks that share memory,
 * and a library would keep state of its own in each. A call returns what the kernel returns.
 */
#ifndef SYS_H
#define SYS_H

#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#include "call.h" /* of the architecture */

#define PICK(a, b, c, d, e, f, g, ...) g
#define SYS(...) PICK(__VA_ARGS__, SYS5, SYS4, SYS3, SYS2, SYS1, SYS0, )(__VA_ARGS__)
#define SYS0(n) SYS5(n, 0, 0, 0, 0, 0)
#define SYS1(n, a) SYS5(n, a, 0, 0, 0, 0)
#define SYS2(n, a, b) SYS5(n, a, b, 0, 0, 0)
#define SYS3(n, a, b, c) SYS5(n, a, b, c, 0, 0)
#define SYS4(n, a, b, c, d) SYS5(n, a, b, c, d, 0)
#define SYS5(n, a, b, c, d, e) \
	call6(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

#define EINTR 4
#define EBADF 9
#define ECHILD 10
#define EEXIST 17
#define EINVAL 22
#define EPIPE 32
#define ENOSYS 38
#define ESRCH 3

#define PROT_RW 3
#define PROT_RWX 7
#define MAP_SHARED 1
#define MAP_SHARED_FIXED 0x11

#define AT_EMPTY_PATH 0x1000
#define O_WRONLY 1
#define O_CLOEXEC 02000000
#define P_PID 1
#define WNOHANG 1
#define WALL 0x40000000

#define SIGKILL 9
#define SIGCHLD 17

static inline void *fill(void *to, int byte, u64 bytes)
{
	u8 *it = to;
	while (bytes--)
		*it++ = (u8)byte;
	return to;
}

static inline void copy(void *to, const void *from, u64 bytes)
{
	u8 *out = to;
	const u8 *in = from;
	while (bytes--)
		*out++ = *in++;
}

static inline void futex_wake(u32 *word)
{
	SYS(futex, word, FUTEX_WAKE, 1 << 30);
}

/* Returns when the word is no longer `seen`, when somebody wakes it, or after `us` (0: never). */
static inline void futex_wait(u32 *word, u32 seen, u64 us)
{
	struct __kernel_timespec limit = { (long long)(us / 1000000), (long long)(us % 1000000 * 1000) };
	SYS(futex, word, FUTEX_WAIT, seen, us ? &limit : 0);
}

static inline void sleep_us(u64 us)
{
	struct __kernel_timespec span = { 0, (long long)(us * 1000) };
	SYS(nanosleep, &span, 0);
}

static inline u64 now_us(void)
{
	struct __kernel_timespec now;
	SYS(clock_gettime, 1, &now);
	return (u64)now.tv_sec * 1000000 + (u64)now.tv_nsec / 1000;
}

#endif

/*
 * The first process of a world of its own (a pid namespace): it reads programs, lets the actors do
 * what they say, and tells what came of it. When it dies all actors die with it.
 */
#include "wire.h"

#define PR_SET_PDEATHSIG 1
#define PR_SET_TIMERSLACK 29
#define CLONE_WORLD (CLONE_NEWPID | CLONE_NEWNS)
#define MS_REC_PRIVATE (16384 | 262144)
#define RLIMIT_NOFILE 7
#define O_PATH 010000000
#define AT_PAGESZ 6

static u32 number_of(const char *text)
{
	u32 number = 0;
	for (; *text; text++)
		number = number * 10 + (u32)(*text - '0');
	return number;
}

static void put_at(s64 fd, int number)
{
	SYS(dup3, fd, number, 0);
	SYS(close, fd);
}

/* What every actor finds at the same place. */
static void open_common(const char *self, const char *undumpable)
{
	s64 memory = SYS(memfd_create, "puppet", 0);

	SYS(ftruncate, memory, VARIABLES_SIZE + FUNCTIONS_SIZE + SHARED_SIZE);
	put_at(memory, MEMORY_FD);
	put_at(SYS(openat, -100, self, O_PATH), SELF_FD);
	put_at(SYS(openat, -100, undumpable, O_PATH), UNDUMPABLE_FD);
}

/*
 * The kernel looks at perf events at each switch of tasks only while there are any, and to begin and
 * end that takes it long: an event that nobody reads saves it from that.
 */
static void keep_perf_awake(void)
{
	struct perf_event_attr attr;

	fill(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.size = sizeof(attr);
	attr.exclude_kernel = 1;
	SYS(perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A world in which this process is the first: its end is everybody's end. */
static void make_world(void)
{
	u64 files[2] = { 16384, 16384 };
	int status;

	SYS(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	SYS(prctl, PR_SET_TIMERSLACK, 1, 0, 0, 0); /* for short sleeps, of the actors, too */
	SYS(prlimit64, 0, RLIMIT_NOFILE, files, 0);
	if (SYS(unshare, CLONE_WORLD) < 0)
		die("puppet: unshare: it must run as root, on a kernel with CONFIG_PID_NS\n");
	if (SYS(mount, "none", "/", 0, MS_REC_PRIVATE, 0) < 0)
		die("puppet: mount: no namespace of its own\n");
	s64 first = call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
	if (first < 0)
		die("puppet: clone: refused\n");
	if (first > 0) {
		SYS(close, 0);
		SYS(close, 1);
		while (SYS(wait4, first, &status, 0, 0) == -EINTR)
			;
		SYS(exit_group, (status >> 8) & 0xff);
	}
	SYS(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (SYS(mount, "proc", "/proc", "proc", 0, 0) < 0)
		die("puppet: mount /proc: refused\n");
}

/* What the kernel tells every program: it follows the arguments and the environment. */
static u64 page_size(u64 *stack)
{
	u64 *at = stack + 1 + stack[0] + 1;

	while (*at != 0)
		at++;
	for (at++; at[0] != 0; at += 2)
		if (at[0] == AT_PAGESZ)
			return at[1];
	return 4096;
}

/*
 * `puppet SELF UNDUMPABLE` is the first process; `actor NUMBER` one that has gone through an exec. The
 * first process of a computer has a channel to the driver instead of pipes.
 */
__attribute__((noreturn, used)) void start(u64 *stack)
{
	char **argv = (char **)(stack + 1);

	if (argv[0][0] == 'a') {
		map_memory();
		const u32 me = number_of(argv[1]);
		finish(me, run_of(KIND_VALUE, 0));
		actor_loop(me);
	}
	const int is_init = SYS(getpid) == 1;
	if (is_init) {
		be_init(argv + stack[0] + 1);
		open_common("/init", "/undumpable");
	} else {
		open_common(argv[1], argv[2]);
	}
	keep_perf_awake();
	make_world();
	map_memory();
	shared->page = page_size(stack);
	shared->slow = is_init ? 10 : 1;
	stand_between();
	for (;;) {
		receive_program();
		play();
	}
}

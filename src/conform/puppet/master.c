/*
 * The first process of a world of its own (a pid namespace): it reads programs, lets the actors do
 * one order after the other, and says what came of them. When it dies all actors die with it.
 */
#include "wire.h"

#define PR_SET_PDEATHSIG 1
#define CLONE_WORLD (CLONE_NEWPID | CLONE_NEWNS)
#define MS_REC_PRIVATE (16384 | 262144)
#define LOOK_AFTER_US 150
#define PATIENCE_US 2000000
#define RLIMIT_NOFILE 7
#define AT_PAGESZ 6

static struct request request;
static struct task *tasks;
static struct order *observations;
static u32 hung;

static void die(const char *why)
{
	u64 length = 0;
	while (why[length])
		length++;
	SYS(write, 2, why, length);
	SYS(exit_group, 3);
}

static void read_all(void *to, u64 bytes)
{
	u8 *at = to;
	while (bytes > 0) {
		s64 got = SYS(read, 0, at, bytes);
		if (got == -EINTR)
			continue;
		if (got <= 0)
			SYS(exit_group, 0); /* the driver has gone */
		at += got;
		bytes -= (u64)got;
	}
}

static void write_all(const void *from, u64 bytes)
{
	const u8 *at = from;
	while (bytes > 0) {
		s64 put = SYS(write, 1, at, bytes);
		if (put == -EINTR)
			continue;
		if (put <= 0)
			SYS(exit_group, 0);
		at += put;
		bytes -= (u64)put;
	}
}

/* ---- what has become of the actors ------------------------------------------------------------ */

static int is_live(const struct actor *it)
{
	return load32(&it->fate) == ALIVE;
}

static void ask(struct actor *it)
{
	add32(&it->ping, 1);
	add32(&it->wake, 1);
	futex_wake(&it->wake);
}

static void bury(struct actor *it, int status)
{
	it->signal = (u32)status & 0x7f;
	/* exit() was called, but an order of SIGKILL may have come first. */
	store32(&it->fate, load32(&it->exits) || it->signal == 0 ? EXITED : KILLED);
	/* The other threads of the process are about to die of it, too: who is asked never answers. */
	for (u32 other = 0; other < request.actors && it->fate == KILLED; other++)
		if (is_live(&shared->actor[other]) && shared->actor[other].leader == it->leader)
			ask(&shared->actor[other]);
}

/* The first process is the parent of all that have none, and is to reap them at once. */
static void reap(void)
{
	int status;
	s64 tid;

	while ((tid = SYS(wait4, -1, &status, WNOHANG | WALL, 0)) > 0) {
		for (u32 it = 0; it < request.actors; it++) {
			struct actor *actor = &shared->actor[it];
			if (actor->tid != tid || load32(&actor->status_known))
				continue;
			actor->status = status;
			store32(&actor->status_known, 1);
		}
	}
}

/* A thread that is killed is killed with its process, whose first thread says how, a little later. */
static int status_of_leader(const struct actor *thread)
{
	int status = 0;

	if (load32(&thread->exits))
		return 0;
	for (int tries = 0; tries < 1000; tries++) {
		const int state = state_of(thread->leader, &status);
		if (state == 0 || state == 'Z' || state == 'X')
			break;
		sleep_us(100);
	}
	reap();

	for (u32 it = 0; it < request.actors; it++) {
		const struct actor *actor = &shared->actor[it];
		if (actor->tid != thread->leader)
			continue;
		if (load32(&actor->status_known))
			return actor->status;
		if (load32(&actor->fate) == KILLED)
			return (int)actor->signal;
	}
	return status != 0 ? status : SIGKILL;
}

/* R, D: it runs. S: it sleeps. t, T: it is stopped. 0: it is dead, and buried. */
static int look_at(struct actor *it)
{
	int status = 0;
	const int state = state_of(it->tid, &status);

	if (state != 0 && state != 'Z' && state != 'X')
		return state;
	/* Whoever was reaped told its parent; a thread goes the way of its process. */
	reap();
	if (load32(&it->status_known))
		status = it->status;
	else if (state != 'Z')
		status = status_of_leader(it);
	bury(it, status);
	return 0;
}

static int is_pending(const struct actor *it)
{
	return is_live(it) && (load32(&it->done) != load32(&it->allowed) ||
			       load32(&it->pong) != load32(&it->ping));
}

/* Whether nothing more happens by itself: who has not answered is stopped, or sleeps rightly. */
static int is_quiet(void)
{
	int quiet = 1;

	for (u32 it = 0; it < request.actors; it++) {
		struct actor *actor = &shared->actor[it];
		if (!is_pending(actor))
			continue;
		const int state = look_at(actor);
		const int stopped = state == 't' || state == 'T';
		const int asleep = state == 'S' && load32(&actor->waiting);
		actor->quiet = stopped;
		quiet &= state == 0 || stopped || asleep;
	}
	return quiet;
}

static int anybody_pending(void)
{
	for (u32 it = 0; it < request.actors; it++)
		if (is_pending(&shared->actor[it]))
			return 1;
	return 0;
}

/* Until all that can be done is done. Two looks, for between waking and running there is a moment. */
static void settle(void)
{
	const u64 start = now_us();
	u32 looks = 0;

	for (;;) {
		const u32 seen = load32(&shared->progress);
		if (!anybody_pending())
			return;
		futex_wait(&shared->progress, seen, LOOK_AFTER_US * shared->slow);
		if (load32(&shared->progress) != seen) {
			looks = 0;
			continue;
		}
		looks = is_quiet() ? looks + 1 : 0;
		if (looks == 2)
			return;
		if (now_us() - start > PATIENCE_US * shared->slow) {
			hung = 1;
			return;
		}
	}
}

/* To the CPU of an actor that has but one: so this process always runs between two actors. */
static void come_to(const struct actor *it)
{
	static u64 now;

	if (it->cpus == now || (it->cpus & (it->cpus - 1)) != 0)
		return;
	now = it->cpus;
	SYS(sched_setaffinity, 0, sizeof(now), &now);
}

/* Whoever has answered may still be on its way to sleep, and would be switched from directly. */
static void wait_asleep(const struct actor *it)
{
	for (int tries = 0; is_live(it) && state_of(it->tid, 0) == 'R' && tries < 200; tries++) {
		if (tries < 100)
			SYS(sched_yield);
		else
			sleep_us(50);
	}
}

static void wake(struct actor *it)
{
	add32(&it->wake, 1);
	futex_wake(&it->wake);
}

/*
 * Whoever may have been sent a signal has handled it when it answers. One after the other: a switch
 * from one to the next with nothing between could swap their perf contexts.
 */
static void ping(u64 whom)
{
	for (u32 it = 0; it < request.actors && it < 64; it++) {
		struct actor *actor = &shared->actor[it];
		if (!(whom >> it & 1) || !is_live(actor))
			continue;
		come_to(actor);
		ask(actor);
		settle();
		wait_asleep(actor);
	}
}

/* ---- a program --------------------------------------------------------------------------------- */

/* Who dies of an order does not live to say how it went. */
static void note_death(u32 index)
{
	const struct order *order = &shared->order[index];
	struct actor *actor = &shared->actor[order->actor];
	struct result *result = &shared->result[index];

	if (actor->fate != KILLED)
		return;
	if (result->done == order->times && result->runs > 0) {
		struct run *last = &result->run[result->runs - 1];
		if (--last->count == 0)
			result->runs--;
		result->done--;
	}
	if (result->runs == MOST_RUNS)
		result->runs--;
	result->run[result->runs++] = run_of(KIND_KILLED, actor->signal);
	result->done++;
}

static void run_orders(void)
{
	for (u32 index = 0; index < request.orders && !hung; index++) {
		const struct order *order = &shared->order[index];
		struct actor *actor = &shared->actor[order->actor];

		add32(&actor->allowed, 1);
		if (load32(&actor->fate) != UNBORN) {
			come_to(actor);
			wake(actor);
		}
		settle();
		/* Who goes on is not switched from. */
		if (order->a[SETTLE] || order[1].actor != order->actor || index + 1 == request.orders)
			wait_asleep(actor);
		if (order->a[SETTLE])
			ping(order->a[SETTLE]);
		reap();
		note_death(index);
	}
}

static void start_tasks(void)
{
	for (u64 it = 0; it < request.tasks; it++) {
		const struct task *task = &tasks[it];
		struct actor *actor = &shared->actor[task->actor];
		struct clone_args args;

		actor->cpus = (s64)task->cpu < 0 ? shared->cpus : 1ull << task->cpu;
		actor->ping = 1; /* it is there when it has answered */
		fill(&args, 0, sizeof(args));
		args.exit_signal = SIGCHLD;
		s64 tid = SYS(clone3, &args, sizeof(args));
		if (tid < 0)
			die("puppet: clone3: refused\n");
		if (tid == 0) {
			SYS(close, 0);
			SYS(close, 1);
			SYS(sched_setaffinity, 0, sizeof(actor->cpus), &actor->cpus);
			if (task->user != 0)
				become(task->user);
			actor_loop((u32)task->actor);
		}
		actor->tid = actor->leader = (int)tid;
		store32(&actor->fate, ALIVE);
	}
	settle();
}

/* All at once, and then the memory is as new. */
static void end_tasks(void)
{
	u64 used = 0;

	SYS(kill, -1, SIGKILL);
	while (SYS(wait4, -1, 0, WALL, 0) > 0)
		;
	fill((void *)VARIABLES, 0, request.variable_bytes);
	for (u32 event = 0; event < MOST_EVENTS; event++)
		if (shared->is_used[event])
			used = event + 1;
	fill(shared->is_used, 0, used);
	fill(shared->last_count, 0, used * 8);
	fill(shared->handle, 0, sizeof(shared->handle));
	fill(shared->actor, 0, request.actors * sizeof(struct actor));
}

static void read_request(void)
{
	u8 *at = shared->arena;

	read_all(&request, sizeof(request));
	if (request.bytes > SHARED_SIZE / 2 || request.actors > MOST_ACTORS)
		die("puppet: a request that is too large\n");
	read_all(at, request.bytes);
	tasks = (void *)at;
	shared->function = (void *)(tasks + request.tasks);
	shared->body = (void *)(shared->function + request.functions);
	shared->order = shared->body + request.bodies;
	observations = shared->order + request.orders;
	shared->result = (void *)(observations + request.observations);
	shared->next = (void *)(shared->result + request.orders);
	shared->cpus = request.cpus;
	shared->online = request.online;
	fill(shared->result, 0, request.orders * sizeof(struct result));
	fill(shared->next, 0, request.orders * sizeof(u32));
	for (u32 index = 0; index < request.orders; index++) {
		struct actor *actor = &shared->actor[shared->order[index].actor];
		if (actor->last)
			shared->next[actor->last - 1] = index + 1;
		else
			actor->current = index + 1;
		actor->last = index + 1;
	}
}

/* ---- what is looked at in the end --------------------------------------------------------------- */

/*
 * The descriptor of whoever still has it; else what was left behind when it was closed. Whoever was
 * killed left nothing behind: then `unknown` is set.
 */
static s64 look_up_count(u32 event, s64 *unknown)
{
	for (u32 it = 0; it < request.actors; it++) {
		const struct actor *actor = &shared->actor[it];
		if (actor->fate == KILLED)
			*unknown = 1;
		if (!is_live(actor))
			continue;
		s64 process = SYS(pidfd_open, actor->leader, 0);
		s64 fd = SYS(pidfd_getfd, process, EVENT_FD + event, 0);
		SYS(close, process);
		if (fd < 0)
			continue;
		s64 count = count_of((int)fd, event);
		SYS(close, fd);
		if (count >= 0) {
			*unknown = 0;
			return count;
		}
	}
	if (!shared->is_used[event])
		*unknown = 0;
	return (s64)shared->last_count[event];
}

/* How many more breakpoints the CPU could have. */
static s64 free_slots(u64 cpu)
{
	struct perf_event_attr attr;
	int fds[16], count = 0;

	fill(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_BREAKPOINT;
	attr.size = sizeof(attr);
	attr.bp_type = 2;
	attr.bp_addr = VARIABLES + VARIABLES_SIZE - 64;
	attr.bp_len = 8;
	attr.disabled = attr.exclude_kernel = 1;
	while (count < 16) {
		s64 fd = SYS(perf_event_open, &attr, -1, cpu, -1, 0);
		if (fd < 0)
			break;
		fds[count++] = (int)fd;
	}
	for (int it = 0; it < count; it++)
		SYS(close, fds[it]);
	return count;
}

static struct observed observe(const struct order *wish)
{
	struct observed seen = { 0, 0, 0, 0 };
	const struct signal_seen *signal;

	switch (wish->op) {
	case OBSERVE_COUNT: seen.value = look_up_count((u32)wish->a[0], &seen.code); break;
	case OBSERVE_SLOTS: seen.value = free_slots(wish->a[0]); break;
	case OBSERVE_VALUE: copy(&seen.value, (void *)wish->a[0], wish->a[1]); break;
	case OBSERVE_SIGNAL:
		signal = &shared->actor[wish->actor].seen[wish->a[0]];
		seen = (struct observed){ (s64)signal->count, signal->code, signal->data, signal->addr };
		break;
	}
	return seen;
}

static struct fate_of fate_of(struct actor *it)
{
	struct fate_of fate = { load32(&it->fate), 0, 0, 0 };

	if (fate.fate == ALIVE) {
		const int state = look_at(it);
		fate.stopped = state == 't' || state == 'T';
		fate.fate = load32(&it->fate);
	}
	fate.signal = it->signal;
	fate.pending = load32(&it->done) != load32(&it->allowed);
	return fate;
}

static void send_answer(void)
{
	struct answer answer = { 0, hung };

	answer.bytes = request.orders * sizeof(struct result) +
		       request.actors * sizeof(struct fate_of) +
		       request.observations * sizeof(struct observed);
	write_all(&answer, sizeof(answer));
	write_all(shared->result, request.orders * sizeof(struct result));
	for (u32 it = 0; it < request.actors; it++) {
		const struct fate_of fate = fate_of(&shared->actor[it]);
		write_all(&fate, sizeof(fate));
	}
	for (u32 it = 0; it < request.observations; it++) {
		const struct observed seen = observe(&observations[it]);
		write_all(&seen, sizeof(seen));
	}
}

static void serve(void)
{
	for (;;) {
		hung = 0;
		read_request();
		write_stubs(request.functions);
		start_tasks();
		run_orders();
		send_answer();
		end_tasks();
	}
}

static u32 number_of(const char *text)
{
	u32 number = 0;
	for (; *text; text++)
		number = number * 10 + (u32)(*text - '0');
	return number;
}

/* A world in which this process is the first: its end is everybody's end. */
static void make_world(const char *self, const char *undumpable)
{
	u64 files[2] = { 16384, 16384 };
	int status;

	s64 fd = SYS(memfd_create, "puppet", 0);
	SYS(ftruncate, fd, VARIABLES_SIZE + FUNCTIONS_SIZE + SHARED_SIZE);
	SYS(dup3, fd, MEMORY_FD, 0);
	SYS(close, fd);
	fd = SYS(openat, -100, self, 010000000); /* O_PATH */
	SYS(dup3, fd, SELF_FD, 0);
	SYS(close, fd);
	fd = SYS(openat, -100, undumpable, 010000000);
	SYS(dup3, fd, UNDUMPABLE_FD, 0);
	SYS(close, fd);
	SYS(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	SYS(prlimit64, 0, RLIMIT_NOFILE, files, 0);
	if (SYS(unshare, CLONE_WORLD) < 0)
		die("puppet: unshare: it must run as root\n");
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
 * `puppet SELF UNDUMPABLE` is the master; `actor NUMBER` one that has gone through an exec. The first
 * process of a computer has a channel to the driver instead of pipes.
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
		make_world("/init", "/undumpable");
	} else {
		make_world(argv[1], argv[2]);
	}
	map_memory();
	shared->page = page_size(stack);
	shared->slow = is_init ? 10 : 1;
	serve();
	__builtin_unreachable();
}

/* A program from its beginning to its end: its orders one after the other, or its actors in a race. */
#include "wire.h"

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
	fill(shared->actor, 0, request.actors * sizeof(struct actor));
}

/* Nothing has been done yet, and each actor knows its first order, each order the next of its actor. */
static void lay_out(void)
{
	hung = 0;
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

void run_program(void)
{
	const u64 tries = request.tries ? request.tries : 1;

	write_stubs(request.functions);
	for (u64 it = 0; it < tries; it++) {
		lay_out();
		start_tasks();
		if (request.tries)
			race(request.seed + it);
		else
			run_orders();
		reply(hung ? HUNG : DONE, it);
		end_tasks();
	}
}

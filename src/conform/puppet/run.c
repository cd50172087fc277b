/* A program from its beginning to its end: its orders one after the other, or its actors in a race. */
#include "wire.h"

/* Whoever may have been sent a signal has handled it when it answers. */
static void ping(u64 whom)
{
	for (u32 it = 0; it < request.actors && it < 64; it++) {
		struct actor *actor = &shared->actor[it];
		if (!(whom >> it & 1) || !is_live(actor))
			continue;
		give_turn(actor);
		ask(actor);
		settle();
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

static void run_order(const struct order *order)
{
	struct actor *actor = &shared->actor[order->actor];
	struct actor *other = 0;

	add32(&actor->allowed, 1);
	if (load32(&actor->fate) != UNBORN) {
		give_turn(actor);
		if (order->op == OP_SWITCH_TO)
			other = &shared->actor[order->a[0]];
		if (other && other != actor && is_live(other))
			bring(other);
		wake(actor);
	}
	settle();
	if (other && load32(&actor->rests)) {
		store32(&actor->rests, 0);
		futex_wake(&actor->rests);
		settle();
	}
	if (other && other != actor && is_live(other))
		send_back(other);
	if (order->a[SETTLE])
		ping(order->a[SETTLE]);
}

static void run_orders(void)
{
	for (u32 index = 0; index < request.orders && !hung; index++) {
		run_order(&shared->order[index]);
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
			settle_down(actor, actor->cpus);
			if (task->user != 0)
				become(task->user);
			actor_loop((u32)task->actor);
		}
		actor->tid = actor->leader = (int)tid;
		store32(&actor->fate, ALIVE);
	}
	prioritize_all(PRIORITY_TURN);
	settle();
	prioritize_all(0);
}

/* All at once, and then the memory is as new. */
static void end_tasks(void)
{
	const u64 used = shared->events;

	end_turn();
	prioritize_all(PRIORITY_TURN);
	SYS(kill, -1, SIGKILL);
	while (SYS(wait4, -1, 0, WALL, 0) > 0)
		;
	fill((void *)VARIABLES, 0, request.variable_bytes);
	shared->events = 0;
	fill(shared->is_used, 0, used);
	fill(shared->is_mapped, 0, used);
	fill(shared->last_count, 0, used * 8);
	fill(shared->handle, 0, sizeof(shared->handle));
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

void play(void)
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

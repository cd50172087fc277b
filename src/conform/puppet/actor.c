/* An actor: does its own orders, one after the other, as far as it is allowed to. */
#include "wire.h"

void progress(void)
{
	add32(&shared->progress, 1);
	futex_wake(&shared->progress);
}

void map_memory(void)
{
	call6(__NR_mmap, VARIABLES, VARIABLES_SIZE, PROT_RW, MAP_SHARED_FIXED, MEMORY_FD, 0);
	call6(__NR_mmap, FUNCTIONS, FUNCTIONS_SIZE, PROT_RWX, MAP_SHARED_FIXED, MEMORY_FD,
	      VARIABLES_SIZE);
	call6(__NR_mmap, SHARED, SHARED_SIZE, PROT_RW, MAP_SHARED_FIXED, MEMORY_FD,
	      VARIABLES_SIZE + FUNCTIONS_SIZE);
}

static void record(struct result *result, struct run run)
{
	struct run *last = &result->run[result->runs ? result->runs - 1 : 0];

	result->done++;
	if (result->runs && last->kind == run.kind && last->value == run.value) {
		last->count++;
		return;
	}
	if (result->runs == MOST_RUNS)
		result->runs--;
	result->run[result->runs++] = run;
}

/* The order that an actor is at is over once more; after the last time the next one is its order. */
void finish(u32 me, struct run run)
{
	struct actor *self = &shared->actor[me];
	const u32 index = self->current - 1;

	record(&shared->result[index], run);
	if (shared->result[index].done < shared->order[index].times)
		return;
	self->current = shared->next[index];
	add32(&self->done, 1);
	progress();
}

static struct run perform(u32 me, const struct order *order)
{
	switch (order->op) {
	case OP_OPEN ... OP_ASYNC: return event_order(order);
	case OP_LOAD ... OP_DCBZ:
	case OP_EXECUTE: touch(order); return run_of(KIND_VALUE, 0);
	case OP_COPY_FROM_USER ... OP_COPY_TO_USER: return outcome(kernel_copy(order));
	case OP_FORK ... OP_AS: return task_order(me, order);
	case OP_HANDLE ... OP_SIGNALS: return signal_order(me, order);
	default: return trace_order(order);
	}
}

void actor_loop(u32 me)
{
	struct actor *self = &shared->actor[me];

	for (;;) {
		const u32 seen = load32(&self->wake);
		const u32 ping = load32(&self->ping);

		if (load32(&self->pong) != ping) {
			store32(&self->pong, ping);
			progress();
		} else if (load32(&self->done) != load32(&self->allowed)) {
			if (shared->is_race)
				dawdle(self);
			finish(me, perform(me, &shared->order[self->current - 1]));
		} else {
			futex_wait(&self->wake, seen, 0);
		}
	}
}

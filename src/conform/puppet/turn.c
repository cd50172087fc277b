/*
 * Whose turn it is. Two inherited perf contexts are swapped, or not, when their tasks are switched
 * directly, as the scheduler likes. So there is always this process between two actors: it stands on
 * the CPU of the one whose turn it is, below it in priority and above all others. It goes on when that
 * one sleeps; whoever was woken by it runs only when this process sleeps, too.
 */
#include "wire.h"

static struct actor *current;

s64 set_priority(int tid, int priority)
{
	return SYS(sched_setscheduler, tid,
		   (priority ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK, &priority);
}

void stand_between(void)
{
	if (set_priority(0, PRIORITY_BETWEEN) < 0)
		die("puppet: sched_setscheduler: no real-time priority: leave this cgroup\n");
}

static void come_to(u32 cpu)
{
	static u64 here;
	const u64 there = 1ull << cpu;

	if (here == there)
		return;
	here = there;
	SYS(sched_setaffinity, 0, sizeof(here), &here);
}

void give_turn(struct actor *it)
{
	come_to(it->home);
	if (it == current)
		return;
	end_turn();
	current = it;
	set_priority(it->tid, PRIORITY_TURN);
}

/* A death has ended it already. */
void end_turn(void)
{
	if (current && is_live(current))
		set_priority(current->tid, 0);
	current = 0;
}

/* Whoever should run and cannot, for all that this computer does besides. */
void raise(struct actor *it)
{
	if (shared->is_race || it == current || it->raised)
		return;
	it->raised = 1;
	set_priority(it->tid, PRIORITY_TURN);
}

void lower_all(void)
{
	for (u32 it = 0; it < request.actors; it++) {
		struct actor *actor = &shared->actor[it];
		if (actor->raised && is_live(actor) && actor != current)
			set_priority(actor->tid, 0);
		actor->raised = 0;
	}
}

/* All at once: to begin, or to die, in spite of whatever else this computer does. */
void prioritize_all(int priority)
{
	for (u32 it = 0; it < request.actors; it++)
		if (is_live(&shared->actor[it]))
			set_priority(shared->actor[it].tid, priority);
}

/* Brings another one to whoever has the turn, as its equal: so it is next when that one sleeps. */
void bring(const struct actor *it)
{
	const u64 here = 1ull << current->home;

	SYS(sched_setaffinity, it->tid, sizeof(here), &here);
	set_priority(it->tid, PRIORITY_TURN);
}

void send_back(const struct actor *it)
{
	const u64 home = 1ull << it->home;

	set_priority(it->tid, 0);
	SYS(sched_setaffinity, it->tid, sizeof(home), &home);
}

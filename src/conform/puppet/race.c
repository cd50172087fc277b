/*
 * The actors of a program at once. What is left to chance: the CPU of each, how it is scheduled, and
 * how long it waits before each order. All of it comes from one number, so that a race can be run
 * again; it ends the same way only as often as the kernel takes the same course.
 */
#include "wire.h"

#define MOST_PRIORITY 3

static u64 draw(u64 *state)
{
	u64 word = *state += 0x9e3779b97f4a7c15ull;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ull;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebull;
	return word ^ (word >> 31);
}

/* Nothing, a while that is busy, or one that gives the CPU away; from 16 ns to half a millisecond. */
void dawdle(struct actor *self)
{
	const u64 word = draw(&self->random);
	const u64 longest = 16ull << (word >> 8 & 15);
	const u64 ns = (word >> 16) % longest;
	struct __kernel_timespec span = { 0, (long long)ns };

	switch (word & 7) {
	case 0:
	case 1:
	case 2: break;
	case 3: SYS(sched_yield); break;
	case 4: SYS(nanosleep, &span, 0); break;
	default:
		for (u64 it = 0; it < ns; it++)
			__asm__ volatile("" : : : "memory");
	}
}

/* The kernel gives most of its warnings once: it is to forget that it has. */
static void warn_again(void)
{
	const s64 fd = SYS(openat, -100, "/sys/kernel/debug/clear_warn_once", O_WRONLY | O_CLOEXEC);

	SYS(write, fd, "1", 1);
	SYS(close, fd);
}

/* One of the CPUs that it may run on, and a way to be scheduled there. */
static void place(struct actor *it, u64 *random)
{
	const u64 word = draw(random);
	const int priority = (int)(word % (MOST_PRIORITY + 1));
	u64 cpu = word >> 8 & 63, here;

	while (!(it->cpus >> cpu & 1))
		cpu = (cpu + 1) & 63;
	here = 1ull << cpu;
	SYS(sched_setaffinity, it->tid, sizeof(here), word >> 32 & 3 ? &here : &it->cpus);
	set_priority(it->tid, priority);
}

static void run_phase(u32 from, u32 to, u64 *random)
{
	u8 acts[MOST_ACTORS];

	fill(acts, 0, sizeof(acts));
	for (u32 it = from; it < to; it++) {
		const u64 actor = shared->order[it].actor;
		shared->actor[actor].allowed++;
		acts[actor] = 1;
	}
	for (u32 it = 0; it < request.actors; it++) {
		struct actor *actor = &shared->actor[it];
		actor->random = draw(random);
		if (acts[it] && is_live(actor))
			place(actor, random);
	}
	/* From a random one on: who is woken first is a matter of chance, too. */
	const u64 first = draw(random) % request.actors;
	for (u64 it = 0; it < request.actors; it++) {
		const u64 actor = (first + it) % request.actors;
		if (acts[actor] && is_live(&shared->actor[actor]))
			wake(&shared->actor[actor]);
	}
	settle();
	reap();
}

/* What stands above a barrier is over before anything below it begins. */
void race(u64 seed)
{
	u64 random = seed * 0x2545f4914f6cdd1dull + 1;

	shared->is_race = 1;
	warn_again();
	for (u32 from = 0, to = 0; from < request.orders && !hung; from = to) {
		while (to < request.orders && shared->order[to].phase == shared->order[from].phase)
			to++;
		run_phase(from, to, &random);
	}
	shared->is_race = 0;
}

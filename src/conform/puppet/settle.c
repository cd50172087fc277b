/* Whether all that can be done is done. */
#include "wire.h"

#define LOOK_AFTER_US 150
#define PATIENCE_US 2000000

u32 hung;

void ask(struct actor *it)
{
	add32(&it->ping, 1);
	add32(&it->wake, 1);
	futex_wake(&it->wake);
}

void wake(struct actor *it)
{
	add32(&it->wake, 1);
	futex_wake(&it->wake);
}

static int is_pending(const struct actor *it)
{
	return is_live(it) && (load32(&it->done) != load32(&it->allowed) ||
			       load32(&it->pong) != load32(&it->ping));
}

/* Tells whoever waits for it that another one has stopped, once, or has ended. */
static int tell_tracer(struct actor *tracer)
{
	const u32 awaits = load32(&tracer->awaits);

	if (!awaits)
		return 0;
	const int state = look_at(&shared->actor[(awaits & ~TOLD) - 1]);
	const int stopped = state == 't' || state == 'T';
	if (state != 0 && (!stopped || (awaits & TOLD)))
		return 0;
	store32(&tracer->awaits, awaits | TOLD);
	wake(tracer);
	return 1;
}

/*
 * Whether nothing more happens by itself: who has not answered is stopped, or sleeps rightly, and
 * nobody else is on the way to anything. Who only waits for a CPU need not wait for strangers.
 */
static int is_quiet(void)
{
	int quiet = 1;

	for (u32 it = 0; it < request.actors; it++) {
		struct actor *actor = &shared->actor[it];
		if (load32(&actor->is_coming))
			quiet = 0;
		if (!is_live(actor))
			continue;
		const int state = look_at(actor);
		const int stopped = state == 't' || state == 'T';
		const int asleep = state == 'S' && (!is_pending(actor) || load32(&actor->waiting));
		if (state == 'R')
			raise(actor);
		quiet &= state == 0 || stopped || asleep;
		if (asleep && tell_tracer(actor))
			quiet = 0;
	}
	return quiet;
}

static int anybody_pending(void)
{
	for (u32 it = 0; it < request.actors; it++)
		if (is_pending(&shared->actor[it]) || load32(&shared->actor[it].is_coming))
			return 1;
	return 0;
}

static void look_until_quiet(void)
{
	const u64 start = now_us();
	u32 looks = 0;

	while (looks < 2 && !hung) {
		const u32 seen = load32(&shared->progress);
		if (!anybody_pending())
			return;
		futex_wait(&shared->progress, seen, LOOK_AFTER_US * shared->slow);
		if (load32(&shared->progress) != seen)
			looks = 0;
		else
			looks = is_quiet() ? looks + 1 : 0;
		hung = now_us() - start > PATIENCE_US * shared->slow;
	}
}

/* Until all that can be done is done. Two looks, for between waking and running there is a moment. */
void settle(void)
{
	look_until_quiet();
	lower_all();
}

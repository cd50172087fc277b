/* What is looked at in the end. */
#include "wire.h"

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
	else if (shared->is_mapped[event])
		*unknown = 1; /* a mapping may have kept it counting */
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

/* By way of the file that it is in: to load it here could be a hit. */
static s64 value_at(u64 at, u64 bytes)
{
	s64 value = 0;

	SYS(pread64, MEMORY_FD, &value, bytes, at - VARIABLES);
	return value;
}

struct observed observe(const struct order *wish)
{
	struct observed seen = { 0, 0, 0, 0 };
	const struct signal_seen *signal;

	switch (wish->op) {
	case OBSERVE_COUNT: seen.value = look_up_count((u32)wish->a[0], &seen.code); break;
	case OBSERVE_SLOTS: seen.value = free_slots(wish->a[0]); break;
	case OBSERVE_VALUE: seen.value = value_at(wish->a[0], wish->a[1]); break;
	case OBSERVE_SIGNAL:
		signal = &shared->actor[wish->actor].seen[wish->a[0]];
		seen = (struct observed){ (s64)signal->count, signal->code, signal->data, signal->addr };
		break;
	}
	return seen;
}

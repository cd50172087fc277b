/* What has become of the actors. */
#include "wire.h"

int is_live(const struct actor *it)
{
	return load32(&it->fate) == ALIVE;
}

/* The letter of /proc/TID/stat, 0 when there is nobody; `code` is the exit code of a zombie. */
int state_of(int tid, int *code)
{
	char path[32] = "/proc/", text[512], digits[12];
	int length = 6, count = 0;

	for (int rest = tid; rest > 0; rest /= 10)
		digits[count++] = (char)('0' + rest % 10);
	while (count > 0)
		path[length++] = digits[--count];
	copy(path + length, "/stat", 6);
	s64 fd = SYS(openat, -100, path, O_CLOEXEC);
	if (fd < 0)
		return 0;
	s64 got = SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	if (got <= 0)
		return 0;
	text[got] = 0;
	const char *at = text, *state = text;
	for (; *at; at++)
		if (*at == ')')
			state = at + 2;
	if (code) {
		/* The last number of the line. */
		while (at > text && (at[-1] < '0' || at[-1] > '9'))
			at--;
		while (at > text && at[-1] >= '0' && at[-1] <= '9')
			at--;
		for (*code = 0; *at >= '0' && *at <= '9'; at++)
			*code = *code * 10 + (*at - '0');
	}
	return *state;
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
void reap(void)
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
int look_at(struct actor *it)
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


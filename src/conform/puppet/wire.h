/*
 * What the driver and the puppet tell each other, and what the actors share. All numbers are 64 bits;
 * `wire.ts` has the same layout.
 */
#ifndef WIRE_H
#define WIRE_H

#include "sys.h"

#define MOST_ACTORS 128
#define MOST_EVENTS 4096
#define MOST_RUNS 6
#define MOST_SIGNALS 32
#define MOST_HANDLES 64
#define ARGS 21

/* Where everything lies, in every actor. The first two are the places of the kernel model. */
#define VARIABLES 0x10000000ul
#define FUNCTIONS 0x20000000ul
#define SHARED 0x30000000ul
#define VARIABLES_SIZE 0x02000000ul
#define FUNCTIONS_SIZE 0x00100000ul
#define SHARED_SIZE 0x02000000ul
#define FUNCTION_SPACING 0x100

/* Descriptors that every actor has, over an exec too. */
#define MEMORY_FD 60
#define SELF_FD 61
#define UNDUMPABLE_FD 62
#define EVENT_FD 64

enum op {
	OP_OPEN, OP_MODIFY, OP_ENABLE, OP_DISABLE, OP_RESET, OP_REFRESH, OP_PERIOD, OP_CLOSE, OP_READ,
	OP_SAMPLES, OP_POLL, OP_MMAP, OP_MUNMAP, OP_ATTACH_BPF, OP_ASYNC, /* events: a[0] is the event */
	OP_LOAD, OP_STORE, OP_RMW, OP_VLOAD, OP_VSTORE, OP_DCBZ, OP_COPY_FROM_USER,
	OP_COPY_TO_USER, OP_EXECUTE, /* accesses: a[0] address, a[1] size, a[2] value */
	OP_FORK, OP_THREAD, OP_EXEC, OP_EXIT, OP_WAIT, OP_PIN, OP_MIGRATE, OP_UNPIN, OP_SWITCH_TO, OP_AS,
	OP_HANDLE, OP_IGNORE, OP_DEFAULT, OP_BLOCK, OP_UNBLOCK, OP_KILL, OP_SIGNALS,
	OP_ATTACH, OP_DETACH, OP_CONT, OP_WAIT_STOP, OP_PEEK, OP_POKE, OP_PEEK_DR, OP_POKE_DR,
	OP_SET_DEBUGREG, OP_SET_HW_DEBUG, OP_DEL_HW_DEBUG, OP_SET_REGSET,
	OBSERVE_COUNT, OBSERVE_SLOTS, OBSERVE_VALUE, OBSERVE_SIGNAL,
};

enum kind { KIND_VALUE, KIND_ERRNO, KIND_EOF, KIND_EXITED, KIND_POLL, KIND_STOP, KIND_KILLED };

/* The arguments of OP_OPEN and OP_MODIFY; `mask` has the bits of those fields that are given. */
enum open_arg {
	OPEN_EVENT, OPEN_MASK, OPEN_TYPE, OPEN_ADDR, OPEN_LEN, OPEN_PERIOD, OPEN_SIG_DATA, OPEN_ON,
	OPEN_OFF, OPEN_SIZE, OPEN_SAMPLE_TYPE, OPEN_READ_FORMAT, OPEN_BRANCH, OPEN_WAKEUP, OPEN_CLOCK,
	OPEN_TARGET, OPEN_CPU, OPEN_GROUP, OPEN_FLAGS, OPEN_BAD_POINTER,
};
#define TARGET_SELF 0x1000
#define TARGET_NONE 0x1001
#define NO_GROUP MOST_EVENTS

/* Whoever is named in `settle` must have handled its signals before the next order. */
#define SETTLE 20

struct order {
	u64 actor, op, times, phase;
	u64 a[ARGS];
};

/* The same outcome `count` times in a row. */
struct run {
	u32 kind, count;
	s64 value;
};

struct result {
	u64 runs, done;
	struct run run[MOST_RUNS];
};

/*
 * Both ways go messages: a head, then `bytes` more. What is no message is passed over until the next
 * REQUEST or ANSWER. `check` is over the rest of the head, so that `bytes` can be believed.
 */
#define REQUEST 0x91f3707570706574ull
#define ANSWER 0x92f3707570706574ull

struct request {
	u64 magic, check, body_check, number, bytes;
	u64 orders, actors, tasks, functions, bodies, observations, variable_bytes, cpus, online;
	u64 tries, seed; /* actors race so many times, with what is drawn from the seed; 0: in order */
};

enum status { DONE, HUNG, GARBLED }; /* the last: say that again */

struct answer {
	u64 magic, check, body_check, number, bytes, status;
	u64 attempt; /* of the tries, from 0 */
	u64 log; /* bytes of the kernel's log at the end of the answer */
};

struct task {
	u64 actor, cpu, user; /* cpu is -1 for none */
};

struct function {
	u64 first, count; /* of its body */
};

struct observed {
	s64 value, code, data, addr; /* of signals: their number, and of the last one the rest */
};

#define TOLD 0x10000u

enum fate { UNBORN, ALIVE, EXITED, KILLED };

struct fate_of {
	u64 fate, signal, stopped, pending;
};

struct signal_seen {
	u64 count;
	s64 code, data, addr;
};

struct actor {
	u32 wake; /* a futex: changes with each of the next two */
	u32 ping, allowed;
	u32 pong, done; /* what the actor has seen and done of them */
	u32 waiting; /* it may sleep in what it does now */
	u32 rests; /* a futex: another one is switched to, until it is told to go on */
	u32 awaits; /* the stop or the end of this actor, counted from 1; told of the stop: TOLD, too */
	u32 is_coming; /* in a race: it is being born */
	u32 exits; /* it ends by its own wish */
	u32 status_known;
	int status; /* as wait4() has it */
	int tid, leader;
	u32 fate, signal, raised;
	u32 first, last, current; /* its orders, counted from 1 */
	u64 cpus; /* where it may run */
	u64 home; /* of these the one where it does run, but for races */
	u64 random; /* what its delays are drawn from */
	struct signal_seen seen[MOST_SIGNALS];
};

/* Everything that all actors see; lies at SHARED. */
struct shared {
	u32 progress; /* a futex: changes whenever an actor has done or seen something */
	u32 is_race; /* actors do not wait for each other, but now and then for nothing */
	u64 cpus; /* those of the program, as a mask */
	u64 online; /* how many this computer has */
	u32 events; /* those that have been opened have lower numbers */
	u64 page; /* the size of one */
	u64 slow; /* how many times longer everything takes than on a computer that is not emulated */
	s64 handle[MOST_HANDLES]; /* what ptrace called the breakpoints that it has set */
	struct actor actor[MOST_ACTORS];
	struct perf_event_attr attr[MOST_EVENTS]; /* given last with success */
	u64 last_count[MOST_EVENTS];
	u8 is_used[MOST_EVENTS];
	u8 is_mapped[MOST_EVENTS]; /* or was */
	struct order *order;
	u32 *next; /* of an order: the next of the same actor */
	struct result *result;
	struct function *function;
	struct order *body;
	u8 arena[];
};

#define shared ((struct shared *)SHARED)

/* The program that is being run; the first process alone knows it. */
extern struct request request;
extern struct task *tasks;
extern struct order *observations;

/* access.c */
void touch(const struct order *access);
s64 kernel_copy(const struct order *access);
void run_function(u64 index);
void write_stubs(u64 functions);
/* event.c */
struct run event_order(const struct order *order);
void note_counts(void);
void note_count(u32 event, int fd);
s64 count_of(int fd, u32 event);
void forget_rings(void);
/* task.c */
s64 settle_down(struct actor *self, u64 cpus);
struct run task_order(u32 me, const struct order *order);
s64 become(u64 user);
/* signals.c */
struct run signal_order(u32 me, const struct order *order);
/* trace.c */
struct run trace_order(const struct order *order);
/* guest.c */
void be_init(char **environment);
/* actor.c */
void actor_loop(u32 me) __attribute__((noreturn));
void finish(u32 me, struct run run);
void map_memory(void);
void progress(void);
/* fate.c */
int is_live(const struct actor *it);
int state_of(int tid, int *code);
int look_at(struct actor *it);
void reap(void);
/* settle.c */
extern u32 hung;
void ask(struct actor *it);
void wake(struct actor *it);
void settle(void);
/* turn.c */
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RESET_ON_FORK 0x40000000
#define PRIORITY_BETWEEN 1
#define PRIORITY_TURN 2
s64 set_priority(int tid, int priority);
void stand_between(void);
void give_turn(struct actor *it);
void end_turn(void);
void raise(struct actor *it);
void lower_all(void);
void prioritize_all(int priority);
void bring(const struct actor *it);
void send_back(const struct actor *it);
/* run.c */
void play(void);
/* race.c */
void race(u64 seed);
void dawdle(struct actor *self);
/* observe.c */
struct observed observe(const struct order *wish);
/* channel.c */
void die(const char *why) __attribute__((noreturn));
void receive_program(void);
void reply(u64 status, u64 attempt);

static inline struct run run_of(u32 kind, s64 value)
{
	return (struct run){ kind, 1, value };
}

/* A system call's own result. */
static inline struct run outcome(s64 ret)
{
	return ret < 0 && ret > -4096 ? run_of(KIND_ERRNO, -ret) : run_of(KIND_VALUE, ret);
}

#define load32(p) __atomic_load_n(p, __ATOMIC_SEQ_CST)
#define store32(p, v) __atomic_store_n(p, v, __ATOMIC_SEQ_CST)
#define add32(p, v) __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST)

#endif

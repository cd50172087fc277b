/*
 * What differs from one architecture to the next. Each has a folder with `call.h`, and with these
 * functions.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "wire.h"

/* access.c: each an instruction of that size, or of two where the machine has none that does both. */
void load(u64 at, u64 size);
void store(u64 at, u64 size, u64 value);
void read_modify_write(u64 at, u64 size, u64 value);
void vector(u64 at, u64 size, u64 stores); /* stores zeroes */
void clear_line(u64 at);
/* Code at `at` that calls run_function(index); the first instruction is what a breakpoint watches. */
void write_stub(u8 *at, u32 index, u64 run_function);

/* start.c */
s64 clone_thread(struct clone_args *args, void (*entry)(u64), u64 number);
#define RETURNS_BY_ITSELF ((void (*)(void))0)
void (*signal_return(void))(void); /* where the kernel has no code of its own to return from a handler */

/* registers.c: what ptrace does to the debug registers of the task. */
struct run register_order(const struct order *order, int tid);

#endif

import { totalCount, totalSamples } from "./event-read.ts";
import type { Kernel } from "./kernel.ts";
import { peek } from "./ptrace-control.ts";
import { SIGNALS, signalIndex } from "./signal-names.ts";

// What a program has led to, for whoever compares it with what was expected.

/** A closed event shows the count that it had when it was closed. */
export function observeCount(k: Kernel, name: string): number {
  const handle = k.program.handle(name);
  const event = k.user.eventOf.get(1, handle);
  return event === 0 ? k.user.lastCount.get(1, handle) : totalCount(k, event);
}

export function observeSamples(k: Kernel, name: string): number {
  const handle = k.program.handle(name);
  const event = k.user.eventOf.get(1, handle);
  return event === 0 ? k.user.lastSamples.get(1, handle) : totalSamples(k, event);
}

/** How many more CPU breakpoints of a class could be opened on a CPU. */
export function observeSlots(k: Kernel, cpu: number, kind: "data" | "inst"): number {
  return k.slots.freeOn(cpu, kind === "data" || k.arch.slots.shared ? 0 : 1);
}

/** How many signals a task has handled; of all kinds where none is named. */
export function observeSignals(k: Kernel, task: string, signal: string | undefined): number {
  const start = k.program.actor(task) * SIGNALS;
  if (signal !== undefined) return k.user.handled.get(1, start + signalIndex(signal));
  let total = 0;
  for (let index = 0; index < SIGNALS; index++) total += k.user.handled.get(1, start + index);
  return total;
}

/** The siginfo of the last such signal that a task handled. */
export function observeSigInfo(
  k: Kernel,
  task: string,
  signal: string,
): { readonly code: number; readonly data: number; readonly addr: number } {
  const index = k.program.actor(task) * SIGNALS + signalIndex(signal);
  return {
    code: k.user.sigCode.get(1, index),
    data: k.user.sigData.get(1, index),
    addr: k.user.sigAddr.get(1, index),
  };
}

export type TaskFate =
  | { readonly kind: "alive" | "exited" }
  | { readonly kind: "killed"; readonly signal: number };

export function observeFate(k: Kernel, task: string): TaskFate {
  const fate = k.user.fate.get(1, k.program.actor(task));
  if (fate === 0) return { kind: "alive" };
  return fate === 1 ? { kind: "exited" } : { kind: "killed", signal: fate - 2 };
}

/** What memory holds from a place on: what is left of the variable, at most 8 bytes. */
export function observeValue(k: Kernel, name: string, offset: number): number {
  const variable = k.source.variables.find((it) => it.name === name);
  const left = (variable?.size ?? 0) - offset;
  const size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
  return peek(k, name, offset, size);
}

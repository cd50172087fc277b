import { SIGNAL_NAMES, type SignalName } from "../abi/index.ts";

// The state has a signal as its place in the list of those that a program can name.

/** How many there are: as many as a task keeps siginfo and handlers for. */
export const SIGNALS = SIGNAL_NAMES.length;

export const SIGTRAP = known("SIGTRAP");
export const SIGIO = known("SIGIO");
export const SIGCHLD = known("SIGCHLD");
export const SIGSTOP = known("SIGSTOP");
export const SIGCONT = known("SIGCONT");
export const SIGKILL = known("SIGKILL");
export const SIGSEGV = known("SIGSEGV");

function known(name: SignalName): number {
  return SIGNAL_NAMES.indexOf(name);
}

const NAMES: readonly string[] = SIGNAL_NAMES;

export function signalIndex(name: string): number {
  return NAMES.indexOf(name);
}

export function signalName(index: number): string {
  return SIGNAL_NAMES[index] ?? `signal ${index}`;
}

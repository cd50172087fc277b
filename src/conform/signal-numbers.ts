import type { SignalName } from "../scenario/index.ts";

/** The numbers of Linux on every architecture that Trapline knows. */
const SIGNAL_NUMBERS: Readonly<Record<SignalName, number>> = {
  SIGTRAP: 5,
  SIGIO: 29,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGCHLD: 17,
  SIGSTOP: 19,
  SIGCONT: 18,
  SIGTERM: 15,
  SIGKILL: 9,
  SIGSEGV: 11,
};

export function signalNumber(name: SignalName): number {
  return SIGNAL_NUMBERS[name];
}

export function signalOfNumber(number: number): string {
  const found = Object.entries(SIGNAL_NUMBERS).find(([, it]) => it === number);
  return found?.[0] ?? `signal ${number}`;
}

/** The signals that a program about breakpoints can name. */
export const SIGNAL_NAMES = [
  "SIGTRAP",
  "SIGIO",
  "SIGUSR1",
  "SIGUSR2",
  "SIGCHLD",
  "SIGSTOP",
  "SIGCONT",
  "SIGTERM",
  "SIGKILL",
  "SIGSEGV",
] as const;

export type SignalName = (typeof SIGNAL_NAMES)[number];

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
  return SIGNAL_NAMES.find((name) => SIGNAL_NUMBERS[name] === number) ?? `signal ${number}`;
}

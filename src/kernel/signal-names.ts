/** The signals that a program can name, by the number that the state has for them. */
const SIGNALS = [
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
];

export const SIGTRAP = 0;
export const SIGIO = 1;
export const SIGCHLD = 4;
export const SIGSTOP = 5;
export const SIGCONT = 6;
export const SIGKILL = 8;
export const SIGSEGV = 9;

export function signalIndex(name: string): number {
  return SIGNALS.indexOf(name);
}

export function signalName(index: number): string {
  return SIGNALS[index] ?? `signal ${index}`;
}

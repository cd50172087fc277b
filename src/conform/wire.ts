/** What driver and puppet tell each other; `puppet/wire.h` has the same. */

const OPS = [
  "open",
  "modify",
  "enable",
  "disable",
  "reset",
  "refresh",
  "period",
  "close",
  "read",
  "samples",
  "poll",
  "mmap",
  "munmap",
  "attach-bpf",
  "async",
  "load",
  "store",
  "rmw",
  "vload",
  "vstore",
  "dcbz",
  "copy-from-user",
  "copy-to-user",
  "execute",
  "fork",
  "thread",
  "exec",
  "exit",
  "wait",
  "pin",
  "migrate",
  "unpin",
  "switch-to",
  "as",
  "handle",
  "ignore",
  "default",
  "block",
  "unblock",
  "kill",
  "signals",
  "attach",
  "detach",
  "cont",
  "wait-stop",
  "peek",
  "poke",
  "peek-dr",
  "poke-dr",
  "set-debugreg",
  "set-hw-debug",
  "del-hw-debug",
  "set-regset",
  "observe-count",
  "observe-slots",
  "observe-value",
  "observe-signal",
] as const;
export type OpName = (typeof OPS)[number];

const NUMBERS: ReadonlyMap<string, number> = new Map(OPS.map((name, index) => [name, index]));

export function opNumber(op: OpName): number {
  return NUMBERS.get(op) ?? -1;
}

/** A word of the language as an order; undefined for what the puppet cannot do. */
export function opName(word: string): OpName | undefined {
  return OPS[NUMBERS.get(word) ?? -1];
}

export type Arg = number | bigint | undefined;

/** One statement as the puppet is told it. */
export interface Order {
  readonly actor: number;
  readonly op: OpName;
  readonly times: number;
  readonly phase: number;
  readonly args: readonly Arg[];
  /** Bits of the actors that must have handled their signals before the next order. */
  readonly settle: bigint;
}

export interface WireRequest {
  readonly actors: number;
  readonly tasks: readonly {
    readonly actor: number;
    readonly cpu: number;
    readonly user: number;
  }[];
  readonly functions: readonly { readonly first: number; readonly count: number }[];
  readonly bodies: readonly Order[];
  readonly orders: readonly Order[];
  readonly observations: readonly Order[];
  readonly variableBytes: number;
  /** Those of the program. */
  readonly cpus: number;
  /** Those of the computer that it runs on. */
  readonly online: number;
  /** What kernel.perf_event_paranoid is to be, where that can be chosen. */
  readonly paranoid: number;
}

/** The actors of a program are let loose so many times, each time with what is drawn from a seed. */
export interface Races {
  readonly tries: number;
  /** Of the first; the others follow. */
  readonly seed: number;
}

export const KINDS = ["value", "errno", "eof", "exited", "poll", "stop", "killed"] as const;
export const FATES = ["unborn", "alive", "exited", "killed"] as const;

/** The same outcome so many times in a row. */
export interface WireRun {
  readonly kind: (typeof KINDS)[number];
  readonly count: number;
  readonly value: number;
}

export interface WireFate {
  readonly fate: (typeof FATES)[number];
  readonly signal: number;
  readonly stopped: boolean;
}

/** A count, or of signals their number, and of the last one the rest. */
export interface WireObserved {
  readonly value: number;
  readonly code: number;
  readonly data: number;
  readonly addr: number;
}

export interface WireAnswer {
  readonly hung: boolean;
  /** What the kernel wrote into its log meanwhile, a line each. */
  readonly log: readonly string[];
  readonly results: readonly (readonly WireRun[])[];
  readonly fates: readonly WireFate[];
  readonly observed: readonly WireObserved[];
}

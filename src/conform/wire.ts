/** What driver and puppet tell each other; `puppet/wire.h` has the same layout. */

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

const ARGS = 21;
const SETTLE = 20;
const ORDER_WORDS = 3 + ARGS;
const HEADER_WORDS = 10;
const WORD = 8;

/** All of them at once: the puppet reads a program in one go. */
export function encodeRequest(request: WireRequest): Uint8Array {
  const { tasks, functions, bodies, orders, observations } = request;
  const allOrders = [...bodies, ...orders, ...observations];
  const words = tasks.length * 3 + functions.length * 2 + allOrders.length * ORDER_WORDS;
  const out = new BigUint64Array(HEADER_WORDS + words);
  let at = 0;
  const put = (value: Arg) => {
    out[at++] = BigInt(value ?? 0);
  };
  put(words * WORD);
  put(orders.length);
  put(request.actors);
  put(tasks.length);
  put(functions.length);
  put(bodies.length);
  put(observations.length);
  put(request.variableBytes);
  put((1 << request.cpus) - 1);
  put(request.online);
  for (const { actor, cpu, user } of tasks) [actor, cpu, user].forEach(put);
  for (const { first, count } of functions) [first, count].forEach(put);
  for (const { actor, op, times, args, settle } of allOrders) {
    put(actor);
    put(NUMBERS.get(op));
    put(times);
    const end = at + ARGS;
    args.forEach(put);
    out[end - ARGS + SETTLE] = settle;
    at = end;
  }
  return new Uint8Array(out.buffer);
}

const KINDS = ["value", "errno", "eof", "exited", "poll", "stop", "killed"] as const;
const FATES = ["unborn", "alive", "exited", "killed"] as const;

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
  readonly results: readonly (readonly WireRun[])[];
  readonly fates: readonly WireFate[];
  readonly observed: readonly WireObserved[];
}

export const ANSWER_HEADER_BYTES = 16;
const MOST_RUNS = 6;
const RESULT_BYTES = 16 + MOST_RUNS * 16;
const FATE_BYTES = 32;
const OBSERVED_BYTES = 32;

/** How many bytes follow the header of an answer. */
export function answerBytes(header: DataView): number {
  return Number(header.getBigUint64(0, true));
}

/** `bytes` is a whole answer, its header included. */
export function decodeAnswer(
  bytes: DataView,
  { orders, actors, observations }: { orders: number; actors: number; observations: number },
): WireAnswer {
  const word = (at: number) => Number(bytes.getBigUint64(at, true));
  const results = Array.from({ length: orders }, (_, index) =>
    runsAt(bytes, ANSWER_HEADER_BYTES + index * RESULT_BYTES),
  );
  const fatesAt = ANSWER_HEADER_BYTES + orders * RESULT_BYTES;
  const fates = Array.from({ length: actors }, (_, index): WireFate => {
    const at = fatesAt + index * FATE_BYTES;
    const fate = FATES[word(at)] ?? "unborn";
    return { fate, signal: word(at + 8), stopped: word(at + 16) !== 0 };
  });
  const observedAt = fatesAt + actors * FATE_BYTES;
  const observed = Array.from({ length: observations }, (_, index) => {
    const at = observedAt + index * OBSERVED_BYTES;
    const code = Number(bytes.getBigInt64(at + WORD, true));
    return { value: word(at), code, data: word(at + 2 * WORD), addr: word(at + 3 * WORD) };
  });
  return { hung: word(8) !== 0, results, fates, observed };
}

function runsAt(bytes: DataView, at: number): readonly WireRun[] {
  const count = Number(bytes.getBigUint64(at, true));
  return Array.from({ length: count }, (_, index): WireRun => {
    const start = at + 16 + index * 16;
    return {
      kind: KINDS[bytes.getUint32(start, true)] ?? "value",
      count: bytes.getUint32(start + 4, true),
      value: Number(bytes.getBigUint64(start + 8, true)),
    };
  });
}

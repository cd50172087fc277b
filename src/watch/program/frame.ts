import type { NumberInput } from "../condition/expression.ts";

const U64 = 8;
const U32 = 4;

/** Bits of the word that a record of ours begins with; the lowest byte is the piece. */
export const HEAD = {
  /** The value could be read. */
  newKnown: 1 << 8,
  /** The value before it is known. */
  oldKnown: 1 << 9,
  /** All conditions were decided; otherwise it is for user space to decide them. */
  judged: 1 << 10,
  /** The process was sent SIGSTOP. */
  stopped: 1 << 11,
} as const;

/**
 * The stack frame of a hit program: what it sends, on top, then what it works with. Offsets from
 * the frame pointer; words of 64 bits are aligned.
 *
 *     head: u32 | old: u64[words] | new: u64[words]      <- the frame pointer
 */
export interface HitFrame {
  readonly head: number;
  readonly old: number;
  readonly new: number;
  readonly payloadBytes: number;
  /** `u32 tid; u32 pid` */
  readonly ids: number;
  /** `u32 pid; u32 spot`: the key of the last values. */
  readonly key: number;
  /** A last value: `u64 unsureUntil; u64 words[]`. */
  readonly entry: number;
  /** `struct bpf_perf_event_value`: twice, before and behind our own reading. */
  readonly counter: number;
  readonly slots: Readonly<Record<NumberInput, number>>;
  readonly comm: number;
  readonly free: number;
}

const COUNTER_BYTES = 24;
const COMM_BYTES = 16;

/** The frame of programs that carry values of `words` times eight bytes. */
export function hitFrame(words: number): HitFrame {
  const fresh = -U64 * words;
  const old = fresh - U64 * words;
  const ids = old - 2 * U64;
  const key = ids - U64;
  const entry = key - U64 * (words + 1);
  const counter = entry - 2 * COUNTER_BYTES;
  const number = (index: number) => counter - U64 * (index + 1);
  const comm = number(6) - COMM_BYTES;
  return {
    head: old - U32,
    old,
    new: fresh,
    payloadBytes: U32 + 2 * U64 * words,
    ids,
    key,
    entry,
    counter,
    slots: {
      value: number(0),
      old: number(1),
      tid: number(2),
      pid: number(3),
      cpu: number(4),
      ip: number(5),
      kernel: number(6),
    },
    comm,
    free: comm,
  };
}

import type { WatchMode } from "../arch/index.ts";
import type { RecordedSpot } from "../recording/index.ts";
import type { TypeDesc } from "../symbols/index.ts";

/** One debug register's worth of a spot: what one perf event is opened for. */
export interface SpotPiece {
  readonly address: bigint;
  readonly length: number;
  /** HW_BREAKPOINT_R, _W, _RW or _X. */
  readonly bpType: number;
}

/** A WHERE that has been found in the processes: a range of addresses and how it is watched. */
export interface Spot {
  /** Position among the spots; what a hit names it by. */
  readonly index: number;
  /** What people call it: the symbol, or the address. */
  readonly name: string;
  readonly address: bigint;
  /** In bytes. */
  readonly length: number;
  readonly mode: WatchMode;
  /** The bytes are a number with a sign, as its type says; not known is without. */
  readonly signed?: boolean;
  /** More is armed than was asked for: on x86 `r` is armed as `rw`. */
  readonly inexact: string | undefined;
  readonly pieces: readonly SpotPiece[];
  /** The processes in which this address is meant, with what they fork; undefined for all. */
  readonly pids: ReadonlySet<number> | undefined;
  /** How to find it again after an exec: undefined for a spot that is just an address. */
  readonly symbol: { readonly object?: string; readonly name: string } | undefined;
  /** Of what is there; absent where nothing says, and where another length than its own is watched. */
  readonly type?: TypeDesc;
  /** What there is to say of how it was found, such as why it has no type. */
  readonly note?: string;
}

/** A spot in the words of a recording. */
export function recordedSpot({ pieces, pids, ...spot }: Spot): RecordedSpot {
  const { name, address, length, mode, signed, inexact, type, note } = spot;
  return {
    ...{ name, address, length, mode, registers: pieces.length },
    ...{ signed, inexact, type, note, pids: pids === undefined ? undefined : [...pids] },
  };
}

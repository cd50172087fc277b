import { type PackedHit, timeOf } from "../hit-run.ts";
import { callsOf, type HitNames, valueIn } from "./exporter.ts";

/** One hit as a row of a table. */
export interface Row {
  /** ns of CLOCK_MONOTONIC. */
  readonly time_ns: bigint;
  /** ns since all registers were armed. */
  readonly since_ns: bigint;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly cpu: number;
  readonly mode: string;
  readonly watch: string;
  /** Of ranges up to 8 bytes, as the type has them. */
  readonly old: bigint | number | undefined;
  readonly new: bigint | number | undefined;
  /** The bytes as one little-endian number in hex, however many they are. */
  readonly old_hex: string | undefined;
  readonly new_hex: string | undefined;
  readonly value_from: string | undefined;
  readonly traps: number;
  readonly function: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly symbol: string | undefined;
  readonly offset: number | undefined;
  readonly object: string | undefined;
  readonly ip: string;
  readonly instruction: string | undefined;
  readonly syscall: string | undefined;
}

export const COLUMNS = [
  ...(["time_ns", "since_ns", "pid", "tid", "comm", "cpu", "mode", "watch", "old", "new"] as const),
  ...(["old_hex", "new_hex", "value_from", "traps", "function", "file", "line"] as const),
  ...(["symbol", "offset", "object", "ip", "instruction", "syscall"] as const),
] as const satisfies readonly (keyof Row)[];

export function rowOf(names: HitNames, hit: PackedHit): Row {
  const { pid, tid, comm } = names.thread(hit);
  const { frame, kernel, ip, culprit, syscall } = names.site(hit);
  const spot = names.spot(hit);
  const [call] = callsOf(frame);
  const time = timeOf(hit);
  return {
    ...{ time_ns: time, since_ns: time - names.since, pid, tid, comm, cpu: hit.cpu },
    ...{ mode: kernel ? "kernel" : "user", watch: spot.name },
    ...{ old: valueIn(hit.oldValue, spot), new: valueIn(hit.newValue, spot) },
    ...{ old_hex: hex(hit.oldValue), new_hex: hex(hit.newValue), traps: hit.repeat },
    value_from: hit.newValue === undefined ? undefined : hit.rebuilt ? "rebuilt" : "kernel",
    ...{ function: call?.name, file: call?.file, line: call?.line },
    ...{ symbol: frame.symbol, offset: frame.offset, object: frame.object },
    ...{ ip: `0x${ip.toString(16)}`, instruction: culprit?.instruction?.text, syscall },
  };
}

function hex(value: bigint | undefined): string | undefined {
  return value === undefined ? undefined : `0x${value.toString(16)}`;
}

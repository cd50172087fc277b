import type { PackedHit } from "../hit-run.ts";
import type { RecordingSink } from "../reader.ts";
import type {
  RecordedFrame,
  RecordedSite,
  RecordedSpot,
  RecordedStack,
  RecordedThread,
  RecordedWatch,
} from "../recorded.ts";
import { numberAt } from "../spot-number.ts";
import type { Tables } from "../tables.ts";

/** Takes the pieces of an export in order. */
export type Put = (piece: string | Uint8Array) => void;

/** Makes something else of a recording while it is read. */
export interface Exporter extends RecordingSink {
  /** All was read: puts what could not be told before. */
  end(): void | Promise<void>;
}

export interface ExportOf {
  /** Of the reader: what hits refer to. */
  readonly tables: Tables;
  readonly put: Put;
}

export type MakeExporter = (of: ExportOf) => Exporter;

const NOBODY: RecordedThread = { pid: 0, tid: 0, comm: "?" };
const NOWHERE: RecordedSpot = { name: "?", address: 0n, length: 0, mode: "w", registers: 0 };

/** The hits of a watch by name, for those who export them. */
export class HitNames {
  spots: readonly RecordedSpot[] = [];
  since = 0n;
  sinceWall = "";
  trapline = "";
  private readonly tables: Tables;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  begin(watch: RecordedWatch | undefined, trapline: string): void {
    this.spots = watch?.spots ?? [];
    this.since = watch?.since ?? 0n;
    this.sinceWall = watch?.sinceWall ?? "";
    this.trapline = trapline;
  }

  thread({ thread }: PackedHit): RecordedThread {
    return this.tables.threads[thread] ?? NOBODY;
  }

  site({ site }: PackedHit): RecordedSite {
    const found = this.tables.sites[site];
    if (found === undefined) throw new RangeError("a hit's site is always in the tables");
    return found;
  }

  spot(hit: PackedHit): RecordedSpot {
    return this.spots[this.site(hit).spot] ?? NOWHERE;
  }

  /** Innermost first: the call chain, or the one frame that is known without. */
  frames(hit: PackedHit): readonly RecordedFrame[] {
    const stack: RecordedStack | undefined = this.tables.stacks[hit.stack];
    return stack === undefined || stack.frames.length === 0 ? [this.site(hit).frame] : stack.frames;
  }
}

/** One function of a call chain: of a frame into which functions were inlined there are several. */
export interface Call {
  readonly name: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Inlined into the next one. */
  readonly inlined: boolean;
  readonly frame: RecordedFrame;
}

/** The functions of a frame, innermost first. */
export function callsOf(frame: RecordedFrame): readonly Call[] {
  const { inlined = [], file, line, column } = frame;
  if (inlined.length === 0) {
    return [{ name: functionOf(frame), file, line, column, inlined: false, frame }];
  }
  return inlined.map((place, index) => ({
    name: place.function ?? functionOf(frame),
    ...{ file: place.file, line: place.line, column: place.column },
    inlined: index < inlined.length - 1,
    frame,
  }));
}

/** What a function is called: by the source, else by its symbol, else by its address. */
export function functionOf({
  symbol,
  function: name,
  object,
  objectOffset,
  address,
}: RecordedFrame) {
  if (name !== undefined) return name;
  if (symbol !== undefined) return symbol;
  if (object !== undefined && objectOffset !== undefined) {
    return `${object}+0x${objectOffset.toString(16)}`;
  }
  return `0x${address.toString(16)}`;
}

/** A value as a spot's type counts it; undefined where it is not known, or no number. */
export function valueIn(
  value: bigint | undefined,
  spot: RecordedSpot,
): bigint | number | undefined {
  return value === undefined ? undefined : numberAt(spot, value);
}

/** ns as microseconds with all digits: `12.345`. */
export function microseconds(ns: bigint): string {
  const sign = ns < 0n ? "-" : "";
  const digits = (ns < 0n ? -ns : ns).toString().padStart(4, "0");
  return `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

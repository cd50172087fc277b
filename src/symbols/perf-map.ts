import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { newColumns } from "./address-order.ts";
import { RangeIndex } from "./range-index.ts";
import { type JitName, parseJitName } from "./v8-name.ts";

export interface JitRange {
  readonly start: bigint;
  readonly size: number;
  /** As the compiler wrote it. */
  readonly name: string;
}

const PIECE = 1 << 20;
const LONGEST_LINE = 1 << 16;
const NEWLINE = 0x0a;
const LINE = /^(?:0x)?([0-9a-f]{1,16}) (?:0x)?([0-9a-f]{1,13}) (.+)$/i;

/** The lines of a perf map: fed in pieces that may end anywhere, asked by address. */
export class JitSymbols {
  #ranges: JitRange[] = [];
  #index: RangeIndex | undefined;
  #partial = Buffer.alloc(0);

  get length(): number {
    return this.#ranges.length;
  }

  feed(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#partial, piece]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    // A line without an end in 64 KiB is no line of a perf map: what is kept stays bounded.
    const rest = bytes.subarray(end);
    this.#partial = Buffer.from(rest.length > LONGEST_LINE ? [] : rest);
    for (const line of bytes.toString("utf8", 0, end).split("\n")) this.#add(line);
  }

  /** The latest range that holds `address`: code that was thrown away leaves its line behind. */
  lookup(address: bigint): JitRange | undefined {
    this.#index ??= indexOf(this.#ranges);
    let latest = -1;
    for (const row of this.#index.containing(address)) latest = Math.max(latest, row);
    return this.#ranges[latest];
  }

  #add(line: string): void {
    const [, start = "", size = "", name] = LINE.exec(line) ?? [];
    if (name === undefined) return;
    this.#ranges.push({ start: BigInt(`0x${start}`), size: Number.parseInt(size, 16), name });
    this.#index = undefined;
  }
}

function indexOf(ranges: readonly JitRange[]): RangeIndex {
  const starts = newColumns(ranges.length);
  for (const [row, { start }] of ranges.entries()) {
    starts.low[row] = Number(start & 0xffffffffn);
    starts.high[row] = Number(start >> 32n);
  }
  const sizes = Float64Array.from(ranges, (it) => it.size);
  return new RangeIndex(starts, sizes, Uint32Array.from(ranges.keys()));
}

/**
 * /tmp/perf-PID.map, to which a compiler at run time appends a line for each piece of code. The file
 * stays open, so that what was written last can still be read when the process is gone.
 */
export class PerfMapFile implements Disposable {
  readonly #paths: readonly string[];
  readonly #isTrusted: (uid: number) => boolean;
  #fd: number | undefined;
  #offset = 0;
  #identity = "";
  #symbols = new JitSymbols();
  readonly #names = new WeakMap<JitRange, JitName>();

  /**
   * The first of `paths` that is there is the file. Anybody may write to /tmp: it is read if
   * `isTrusted` says so of its owner.
   */
  constructor(paths: readonly string[], isTrusted: (uid: number) => boolean = () => true) {
    this.#paths = paths;
    this.#isTrusted = isTrusted;
  }

  /** Reads what was appended since. Starts over if the file was truncated or another took its name. */
  refresh(): void {
    this.#reopenIfReplaced();
    if (this.#fd === undefined) return;
    const { size } = fstatSync(this.#fd);
    if (size < this.#offset) this.#startOver();
    const piece = new Uint8Array(Math.min(PIECE, Math.max(0, size - this.#offset)));
    while (this.#offset < size) {
      const count = readSync(this.#fd, piece, 0, piece.length, this.#offset);
      if (count === 0) break;
      this.#symbols.feed(piece.subarray(0, count));
      this.#offset += count;
    }
  }

  lookup(address: bigint): (JitName & { readonly start: bigint }) | undefined {
    const range = this.#symbols.lookup(address);
    if (range === undefined) return undefined;
    const name = this.#names.get(range) ?? parseJitName(range.name);
    this.#names.set(range, name);
    return { ...name, start: range.start };
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #reopenIfReplaced(): void {
    const path = this.#paths.find((it) => statSync(it, { throwIfNoEntry: false }) !== undefined);
    if (path === undefined) return; // never there, or gone with its process: keep what is open
    const now = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (this.#identity === `${now?.dev}:${now?.ino}`) return;
    const fd = this.#openTrusted(path);
    if (fd === undefined) return;
    this[Symbol.dispose]();
    this.#startOver();
    const opened = fstatSync(fd, { bigint: true });
    this.#fd = fd;
    this.#identity = `${opened.dev}:${opened.ino}`;
  }

  #openTrusted(path: string): number | undefined {
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    } catch {
      return undefined;
    }
    const stat = fstatSync(fd);
    if (stat.isFile() && this.#isTrusted(stat.uid)) return fd;
    closeSync(fd);
    return undefined;
  }

  #startOver(): void {
    this.#offset = 0;
    this.#symbols = new JitSymbols();
  }
}

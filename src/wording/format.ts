import type { RecordedFrame } from "../recording/index.ts";
import { formatValue as formatTyped, type TypeDesc, type ValueFormat } from "../values/index.ts";

const NS_PER_S = 1e9;

/** `1,234,567`: numbers for people, the same in every locale. */
export function formatCount(count: number | bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** ns as seconds with three decimals: `12.345 s`. */
export function formatSeconds(ns: bigint): string {
  return `${(Number(ns) / NS_PER_S).toFixed(3)} s`;
}

export function formatShare(part: number, whole: number): string {
  return `${whole === 0 ? "0.0" : ((100 * part) / whole).toFixed(1)} %`;
}

export function formatHex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

const REGISTER_BYTES = 8;
const PLAIN_BELOW = 1n << 32n;

/** What is known of the bytes of a value. */
export interface ValueShape {
  readonly length: number;
  readonly signed?: boolean | undefined;
  readonly type?: TypeDesc | undefined;
}

/**
 * By its type where that is known, pointers with the symbol that they point to; else decimal while it
 * is small, with its sign if it has one, or hex.
 */
export function formatValue(
  value: bigint,
  { length, signed = false, type }: ValueShape,
  format: ValueFormat = {},
): string {
  if (type !== undefined) return formatTyped(type, bytesOf(value, length), format);
  if (length > REGISTER_BYTES) return `0x${value.toString(16).padStart(2 * length, "0")}`;
  if (signed) return BigInt.asIntN(8 * length, value).toString();
  return value < PLAIN_BELOW ? value.toString() : formatHex(value);
}

/** In memory order of a little-endian machine. */
function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

/** `one thread`, `12 threads`. */
export function formatNumber(count: number, word: string, plural = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : plural}`;
}

/** `fill_row rows.c:12`, with the function it was inlined into; else `fill_row+0x1c`, or the bare address. */
export function formatCode(frame: RecordedFrame): string {
  if (frame.file !== undefined && frame.line !== undefined) {
    const name = frame.function ?? frame.symbol ?? "";
    const outer = frame.inlined?.at(-1)?.function ?? frame.symbol;
    const into = frame.inlined === undefined || outer === undefined ? "" : ` in ${outer}`;
    return `${name === "" ? "(anonymous)" : name} ${fileName(frame.file)}:${frame.line}${into}`;
  }
  if (frame.symbol !== undefined) {
    const name = (frame.inlined === undefined ? frame.function : undefined) ?? frame.symbol;
    return frame.offset === undefined || frame.offset === 0
      ? name
      : `${name}+0x${frame.offset.toString(16)}`;
  }
  if (frame.objectOffset !== undefined) return `+${formatHex(frame.objectOffset)}`;
  return formatHex(frame.address);
}

/** The code, and the system call that it worked for: `read(2): _copy_to_iter+0x18`. */
export function formatAccess(frame: RecordedFrame, syscall: string | undefined): string {
  return syscall === undefined ? formatCode(frame) : `${syscall}(2): ${formatCode(frame)}`;
}

/** Where the code comes from: the object's base name, or what kind of code it is. */
export function formatObject(frame: RecordedFrame): string {
  if (frame.kind === "jit") return "[jit]";
  return frame.object ?? (frame.kind === "kernel" ? "[kernel]" : "[unknown]");
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

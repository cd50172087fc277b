import { basename } from "node:path";
import type { Frame } from "../symbols/index.ts";

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

/** A value of `length` bytes: decimal while it is small, with its sign if it has one, else hex. */
export function formatValue(
  value: bigint,
  { length, signed = false }: { readonly length: number; readonly signed?: boolean | undefined },
): string {
  if (length > REGISTER_BYTES) return `0x${value.toString(16).padStart(2 * length, "0")}`;
  if (signed) return BigInt.asIntN(8 * length, value).toString();
  return value < PLAIN_BELOW ? value.toString() : formatHex(value);
}

/** `one thread`, `12 threads`. */
export function formatNumber(count: number, word: string, plural = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : plural}`;
}

/** `fill_row+0x1c`, `fillRow rows.mjs:3` for a script, or the bare address. */
export function formatCode(frame: Frame): string {
  if (frame.file !== undefined && frame.line !== undefined) {
    const name = frame.symbol === undefined || frame.symbol === "" ? "(anonymous)" : frame.symbol;
    return `${name} ${basename(frame.file)}:${frame.line}`;
  }
  if (frame.symbol !== undefined) {
    return frame.offset === undefined || frame.offset === 0
      ? frame.symbol
      : `${frame.symbol}+0x${frame.offset.toString(16)}`;
  }
  if (frame.objectOffset !== undefined) return `+${formatHex(frame.objectOffset)}`;
  return formatHex(frame.address);
}

/** Where the code comes from: the object's base name, or what kind of code it is. */
export function formatObject(frame: Frame): string {
  if (frame.kind === "jit") return "[jit]";
  return frame.object ?? (frame.kind === "kernel" ? "[kernel]" : "[unknown]");
}

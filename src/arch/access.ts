import { assert, asVa, type Va } from "../base/index.ts";

/** The bytes from `first` to `last`, both included, so that a range may end at the last address. */
export interface ByteRange {
  readonly first: Va;
  readonly last: Va;
}

/** What an instruction does to its bytes. `rmw` reads and writes them at once, as an atomic does. */
export type AccessKind = "load" | "store" | "rmw" | "fetch";

/**
 * What kind of instruction does it, as far as a trap handler cares. `larx` and `stcx` are the two
 * halves of a reservation, `dcbz` zeroes a whole cache line, `vector` ignores the low address bits,
 * `string` repeats. A handler that could not analyse the instruction sees `unknown`; one that could
 * not even read it sees `unreadable`.
 */
export type AccessForm =
  | "plain"
  | "larx"
  | "stcx"
  | "dcbz"
  | "vector"
  | "string"
  | "unknown"
  | "unreadable";

export type Mode = "user" | "kernel";

/** An access as a program spells it. */
export interface AccessSpec {
  readonly address: Va;
  readonly size: number;
  readonly kind: AccessKind;
  readonly form?: AccessForm;
  readonly mode?: Mode;
  /** The kernel touches user memory on behalf of the task: copy_to_user() and its like. */
  readonly uaccess?: boolean;
  /** The address that the exception reports (DAR, FAR), when it is not that of the first byte. */
  readonly fault?: Va;
}

/**
 * An access as the hardware does it. Made once by `resolveAccess`, then compared any number of
 * times: comparing makes no new address.
 */
export interface Access extends ByteRange {
  readonly size: number;
  readonly kind: AccessKind;
  readonly form: AccessForm;
  readonly mode: Mode;
  readonly uaccess: boolean;
  readonly fault: Va;
}

/** How an architecture rounds the accesses that do not touch exactly the bytes they name. */
export interface AccessRounding {
  /** Bytes that `dcbz` clears; 0 where there is no such instruction. */
  readonly zeroLine: number;
  /** Whether `vector` accesses are moved down to a multiple of their size. */
  readonly alignsVectors: boolean;
}

export function resolveAccess(rounding: AccessRounding, spec: AccessSpec): Access {
  const { form = "plain", mode = "user", uaccess = false, kind } = spec;
  assert(spec.size > 0, "an access touches at least one byte");
  const zeroes = form === "dcbz" && rounding.zeroLine > 0;
  const size = zeroes ? rounding.zeroLine : spec.size;
  const aligned = zeroes || (form === "vector" && rounding.alignsVectors);

  const first = aligned ? alignDown(spec.address, size) : spec.address;
  const last = asVa(first + BigInt(size) - 1n);
  return { first, last, size, kind, form, mode, uaccess, fault: spec.fault ?? first };
}

export function overlaps(a: ByteRange, b: ByteRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function contains(range: ByteRange, address: Va): boolean {
  return range.first <= address && address <= range.last;
}

export function alignDown(address: bigint, alignment: number): Va {
  return asVa(address - (address % BigInt(alignment)));
}

export function alignUp(address: bigint, alignment: number): Va {
  return alignDown(address + BigInt(alignment) - 1n, alignment);
}

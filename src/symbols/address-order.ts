/**
 * Unsigned 64-bit addresses as two columns of 32 bits. A million of them sort and search without
 * making one bigint, and kernel addresses keep their low bits, which a double would round away.
 */
export interface AddressColumns {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

export function newColumns(length: number): AddressColumns {
  return { low: new Uint32Array(length), high: new Uint32Array(length) };
}

export function addressAt({ low, high }: AddressColumns, row: number): bigint {
  return (BigInt(high[row] ?? 0) << 32n) | BigInt(low[row] ?? 0);
}

/** `rows` by ascending address; equal addresses keep their order. A radix sort, 11 bits at a time. */
export function orderByAddress({ low, high }: AddressColumns, rows: Uint32Array): Uint32Array {
  let from = rows.slice();
  let to = new Uint32Array(rows.length);
  for (const column of [low, high]) {
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      if (!sortByDigit(column, shift, from, to)) continue;
      [from, to] = [to, from];
    }
  }
  return from;
}

/** False, and `to` untouched, if all rows have the same digit: most digits of addresses are such. */
function sortByDigit(
  column: Uint32Array,
  shift: number,
  from: Uint32Array,
  to: Uint32Array,
): boolean {
  const next = new Uint32Array(DIGITS);
  for (let place = 0; place < from.length; place++) {
    const digit = ((column[from[place] ?? 0] ?? 0) >>> shift) & (DIGITS - 1);
    next[digit] = (next[digit] ?? 0) + 1;
  }
  if (next.includes(from.length)) return false;
  let start = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = next[digit] ?? 0;
    next[digit] = start;
    start += count;
  }
  for (let place = 0; place < from.length; place++) {
    const row = from[place] ?? 0;
    const digit = ((column[row] ?? 0) >>> shift) & (DIGITS - 1);
    const at = next[digit] ?? 0;
    to[at] = row;
    next[digit] = at + 1;
  }
  return true;
}

/** The last place in `order` whose address is not above `address`, or -1. */
export function floorPlace(
  { low, high }: AddressColumns,
  order: Uint32Array,
  address: bigint,
): number {
  const addressHigh = Number((address >> 32n) & 0xffffffffn);
  const addressLow = Number(address & 0xffffffffn);
  let below = 0;
  let above = order.length;
  while (below < above) {
    const middle = (below + above) >>> 1;
    const row = order[middle] ?? 0;
    const rowHigh = high[row] ?? 0;
    const isAbove =
      rowHigh > addressHigh || (rowHigh === addressHigh && (low[row] ?? 0) > addressLow);
    if (isAbove) above = middle;
    else below = middle + 1;
  }
  return below - 1;
}

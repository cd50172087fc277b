import { type AddressColumns, addressAt, floorPlace, orderByAddress } from "./address-order.ts";

const TWO_32 = 2 ** 32;

/** Ranges, which may overlap, found by an address inside them. */
export class RangeIndex {
  readonly #starts: AddressColumns;
  readonly #sizes: Float64Array;
  readonly #order: Uint32Array;
  /** For each place in the order, the row of the range that ends last among those up to there. */
  readonly #furthest: Uint32Array;

  constructor(starts: AddressColumns, sizes: Float64Array, rows: Uint32Array) {
    this.#starts = starts;
    this.#sizes = sizes;
    this.#order = orderByAddress(starts, rows);
    this.#furthest = this.#furthestEnds();
  }

  /** The rows whose range contains `address`, nearest start first. */
  *containing(anyAddress: bigint): Generator<number> {
    const address = BigInt.asUintN(64, anyAddress);
    let place = floorPlace(this.#starts, this.#order, address);
    for (; place >= 0; place--) {
      if (!this.#contains(this.#furthest[place] ?? 0, address)) return;
      const row = this.#order[place] ?? 0;
      if (this.#contains(row, address)) yield row;
    }
  }

  /** The rows with the nearest start that is not above `address`, whatever their size. */
  nearestBelow(address: bigint): number[] {
    const rows: number[] = [];
    let place = floorPlace(this.#starts, this.#order, address);
    const nearest = this.#order[place];
    for (; nearest !== undefined && place >= 0; place--) {
      const row = this.#order[place] ?? 0;
      if (this.#distance(nearest, row) !== 0) break;
      rows.push(row);
    }
    return rows.reverse();
  }

  #contains(row: number, address: bigint): boolean {
    return Number(address - addressAt(this.#starts, row)) < (this.#sizes[row] ?? 0);
  }

  #furthestEnds(): Uint32Array {
    const furthest = new Uint32Array(this.#order.length);
    let last = this.#order[0] ?? 0;
    for (let place = 0; place < furthest.length; place++) {
      const row = this.#order[place] ?? 0;
      const end = this.#distance(row, last) + (this.#sizes[row] ?? 0);
      if (end > (this.#sizes[last] ?? 0)) last = row;
      furthest[place] = last;
    }
    return furthest;
  }

  #distance(row: number, from: number): number {
    const { low, high } = this.#starts;
    const highs = (high[row] ?? 0) - (high[from] ?? 0);
    return highs * TWO_32 + ((low[row] ?? 0) - (low[from] ?? 0));
  }
}

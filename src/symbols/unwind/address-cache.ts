/** Share of the table that may be taken before it grows. */
const MOST_FULL = 0.5;
const FIRST_SIZE = 1 << 8;
const FREE = -1;
/** Knuth's multiplier: spreads addresses, of which the low bits say little. */
const SPREAD = 0x9e3779b1;

/**
 * A map from addresses, as doubles, to anything. Looked up several times for each hit, so it makes no
 * objects of its keys, as a Map does of numbers beyond 31 bits.
 */
export class AddressCache<Value> {
  #keys = new Float64Array(FIRST_SIZE).fill(FREE);
  #values: (Value | undefined)[] = new Array(FIRST_SIZE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Where the key is, or -1: so that a value may be undefined, too. */
  find(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let at = spread(key) & mask; ; at = (at + 1) & mask) {
      if (keys[at] === key) return at;
      if (keys[at] === FREE) return -1;
    }
  }

  valueAt(place: number): Value | undefined {
    return this.#values[place];
  }

  /** Keys must not be negative, and not there yet. */
  add(key: number, value: Value | undefined): void {
    if (this.#size >= this.#keys.length * MOST_FULL) this.#grow();
    this.#put(key, value);
    this.#size += 1;
  }

  clear(): void {
    this.#keys = new Float64Array(FIRST_SIZE).fill(FREE);
    this.#values = new Array(FIRST_SIZE);
    this.#size = 0;
  }

  #put(key: number, value: Value | undefined): void {
    const mask = this.#keys.length - 1;
    let at = spread(key) & mask;
    while (this.#keys[at] !== FREE) at = (at + 1) & mask;
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2).fill(FREE);
    this.#values = new Array(keys.length * 2);
    for (const [at, key] of keys.entries()) if (key !== FREE) this.#put(key, values[at]);
  }
}

/** `| 0` takes a double modulo 2^32. */
function spread(key: number): number {
  const mixed = Math.imul(key | 0, SPREAD);
  return mixed ^ (mixed >>> 15);
}

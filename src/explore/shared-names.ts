import { CONTROL } from "./shared-states.ts";
import type { ValueTable } from "./value-table.ts";

/**
 * The numbers that values have for all threads. Each thread has tables of its own; who meets a value
 * without a number writes it into a log that the others read when they meet a number they do not know.
 *
 *     | object | its words | object | its words | ...
 */
export class SharedNames {
  readonly #control: Int32Array;
  readonly #log: Int32Array;
  readonly #tables: readonly ValueTable[];
  #read = 0;

  /** The log's buffer must be able to grow. */
  constructor(control: Int32Array, log: SharedArrayBuffer, tables: readonly ValueTable[]) {
    this.#control = control;
    this.#log = new Int32Array(log);
    this.#tables = tables;
    this.#read = 0;
  }

  /** Gives the value a number, unless another thread has. */
  name(object: number, value: number): number {
    while (Atomics.compareExchange(this.#control, CONTROL.lock, 0, 1) !== 0) {
      // Whoever holds it writes a few words.
    }
    this.catchUp();
    const table = this.#tables[object];
    let number = table?.numberOf(value) ?? 0;
    if (number < 0 && table !== undefined) {
      number = table.name(value);
      this.#append(object, table.wordsOf(value));
    }
    Atomics.store(this.#control, CONTROL.lock, 0);
    return number;
  }

  /** Learns the numbers that others have given. */
  catchUp(): void {
    const tail = Atomics.load(this.#control, CONTROL.tail);
    while (this.#read < tail) {
      const table = this.#tables[this.#log[this.#read] ?? 0];
      const from = this.#read + 1;
      const to = from + (table?.length ?? 0);
      table?.define(this.#log.slice(from, to));
      this.#read = to;
    }
  }

  #append(object: number, words: Int32Array): void {
    const from = this.#read;
    const to = from + 1 + words.length;
    const { buffer } = this.#log;
    if (buffer instanceof SharedArrayBuffer && 4 * to > buffer.byteLength)
      buffer.grow(Math.min(buffer.maxByteLength, Math.max(8 * to, 1 << 16)));
    this.#log[from] = object;
    this.#log.set(words, from + 1);
    this.#read = to;
    Atomics.store(this.#control, CONTROL.tail, to);
  }
}

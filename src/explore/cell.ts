import { assert, BugError } from "../base/index.ts";
import { ByteMemory } from "./byte-memory.ts";
import { FIXED_SEED } from "./random.ts";

const NOWHERE = new ByteMemory([], FIXED_SEED);

/** One byte of a model's state. To read or write it leaves a footprint. */
export class Cell {
  readonly name: string;
  readonly at: number;
  readonly initial: number;
  readonly low: number;
  readonly high: number;
  #memory = NOWHERE;
  #words = NOWHERE.words;

  constructor(name: string, at: number, initial: number) {
    assert(isByte(initial), `${name} starts with ${initial}: a cell holds 0 to 255`);
    this.name = name;
    this.at = at;
    this.initial = initial;
    this.low = at & 32 ? 0 : 1 << (at & 31);
    this.high = at & 32 ? 1 << (at & 31) : 0;
  }

  bind(memory: ByteMemory): void {
    this.#memory = memory;
    this.#words = memory.words;
  }

  get value(): number {
    this.#memory.noteRead(this.at);
    return this.#words[this.at] ?? 0;
  }

  set value(value: number) {
    if (!isByte(value)) throw new BugError(`${this.name} = ${value}: a cell holds 0 to 255`);
    this.#memory.noteWrite(this.at);
    this.#memory.set(this.at, value);
  }

  /** What stands there, for a trace. Leaves no footprint, so no step may depend on it. */
  peek(): number {
    return this.#words[this.at] ?? 0;
  }
}

/** Cells that are reached by number. */
export class CellRow {
  readonly name: string;
  readonly cells: readonly Cell[];

  constructor(name: string, cells: readonly Cell[]) {
    this.name = name;
    this.cells = cells;
  }

  of(index: number): Cell {
    const cell = this.cells[index];
    // Each step comes here: the text is only made when it is needed.
    if (cell === undefined)
      throw new BugError(`${this.name}[${index}]: there are ${this.cells.length}`);
    return cell;
  }
}

function isByte(value: number): boolean {
  return (value & 0xff) === value;
}

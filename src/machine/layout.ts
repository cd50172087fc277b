import { assert } from "../base/index.ts";
import { KernelRecord } from "./record.ts";
import { State } from "./state.ts";

export interface RecordShape {
  readonly name: string;
  /** Ids run from `first`: 1 where 0 means NULL, 0 for processors. */
  readonly first: number;
  readonly count: number;
}

/** What is longer is kept in pieces, as few of its words are other ones from state to state. */
const LONGEST_PIECE = 24;

/** Lays the records of a machine out in one flat state: an object is a run of neighbouring words. */
export class Layout {
  readonly records: KernelRecord[] = [];
  #state: State | undefined;

  record(shape: RecordShape): KernelRecord {
    assert(this.#state === undefined, `record ${shape.name} after the state was built`);
    const record = new KernelRecord(shape);
    this.records.push(record);
    return record;
  }

  /** From here on fields can be read and written. */
  build(seed: number): State {
    const objectOf: number[] = [];
    let object = 0;
    for (const record of this.records) {
      record.place(objectOf.length);
      for (const words of record.objects()) {
        for (let word = 0; word < words; word++) {
          if (word > 0 && word % LONGEST_PIECE === 0) object++;
          objectOf.push(object);
        }
        object++;
      }
    }
    const state = new State(objectOf, seed);
    for (const record of this.records) record.bind(state, this);
    this.#state = state;
    return state;
  }

  /** Whether anything in the state still refers to object `id` of `record`. */
  refersTo(record: KernelRecord, id: number): boolean {
    return this.records.some((it) => it.refersTo(record, id));
  }
}

import { NULL, READ, type Touched, WRITTEN } from "../../machine/index.ts";

/** Words of the state that are read and written, as bits. */
export class WordSets {
  readonly reads: Int32Array;
  readonly writes: Int32Array;

  constructor(words: number) {
    this.reads = new Int32Array((words + 31) >> 5);
    this.writes = new Int32Array((words + 31) >> 5);
  }

  /** Whether it was not in yet. */
  add(at: number, how: number): boolean {
    const bits = how === READ ? this.reads : this.writes;
    const bit = 1 << (at & 31);
    const word = bits[at >> 5] ?? 0;
    bits[at >> 5] = word | bit;
    return (word & bit) === 0;
  }

  /** Whether anything came in that had not been. */
  addAll({ reads, writes }: WordSets): boolean {
    let grown = 0;
    for (let at = 0; at < reads.length; at++) {
      const read = this.reads[at] ?? 0;
      const written = this.writes[at] ?? 0;
      grown |= (reads[at] ?? 0) & ~read;
      grown |= (writes[at] ?? 0) & ~written;
      this.reads[at] = read | (reads[at] ?? 0);
      this.writes[at] = written | (writes[at] ?? 0);
    }
    return grown !== 0;
  }

  /** Whether one of the two writes what the other touches, but for words that are not in `counted`. */
  conflictsWith({ reads, writes }: WordSets, counted: Int32Array): boolean {
    for (let at = 0; at < counted.length; at++) {
      const written = this.writes[at] ?? 0;
      const others = writes[at] ?? 0;
      const both = (written & (others | (reads[at] ?? 0))) | ((this.reads[at] ?? 0) & others);
      if ((both & (counted[at] ?? 0)) !== 0) return true;
    }
    return false;
  }
}

/**
 * A place in what one agent does: where a task is in its program and in the kernel, with all that its
 * frames hold. What was ever touched by the steps from here is `own`; what may be touched from here
 * on is `future`: its own, and that of all places that come after.
 */
export class Place implements Touched {
  readonly id: number;
  readonly words: Uint8Array;
  readonly own: WordSets;
  readonly future: WordSets;
  /** Whose step it is; NULL where it is that of a switch or of an interrupt. */
  readonly task: number;
  /** Other tasks whose own place a step from here has changed, as bits. */
  pokes = 0;
  /** Whether a step from here was ever done. */
  isKnown = false;
  /** A step from here asked where it is, or left its task unable to go on. */
  #isBound = false;
  #turnsBack = false;
  // Whether its own steps can lead here again, as of when so much was learned.
  #isInCircle = false;
  #lookedUpAt = -1;
  readonly #graph: Growing;
  readonly #ownerOf: Uint8Array;
  readonly #lifeOf: Int32Array;
  readonly #before: Place[] = [];
  readonly #after = new Set<Place>();

  /** `ownerOf` says for each word whose place it is part of; `lifeOf` which one says that it lives. */
  constructor(
    graph: Growing,
    it: { id: number; size: number; task: number; ownerOf: Uint8Array; lifeOf: Int32Array },
  ) {
    const { id, size, task, ownerOf, lifeOf } = it;
    this.#lifeOf = lifeOf;
    this.#graph = graph;
    this.#ownerOf = ownerOf;
    this.task = task;
    this.id = id;
    this.words = new Uint8Array(size);
    this.own = new WordSets(size);
    this.future = new WordSets(size);
  }

  note(at: number, how: number): void {
    this.words[at] = (this.words[at] ?? 0) | how;
    this.own.add(at, how);
    // To follow an id is to read whether it was freed.
    const life = this.#lifeOf[at] ?? at;
    if (life !== at && ((this.words[life] ?? 0) & READ) === 0) this.note(life, READ);
    const owner = this.#ownerOf[at] ?? NULL;
    if (how === WRITTEN && owner !== NULL && owner !== this.task) this.pokes |= 1 << owner;
    this.#graph.hasGrown();
    const work: Place[] = [this];
    for (let place = work.pop(); place !== undefined; place = work.pop()) {
      if (place.future.add(at, how)) work.push(...place.#before);
    }
  }

  /** A step from here that must not be taken for one that can go first. */
  bind(): void {
    if (this.#isBound) return;
    this.#isBound = true;
    this.#graph.hasGrown();
  }

  /** A step from here has led to an earlier step of its procedure. */
  turnsBack(): void {
    if (this.#turnsBack) return;
    this.#turnsBack = true;
    this.#graph.hasGrown();
  }

  /** Whether its step does the same anywhere, and is no part of a circle. */
  mayGoFirst(): boolean {
    if (this.#isBound) return false;
    if (!this.#turnsBack) return true;
    const { learned } = this.#graph;
    if (this.#lookedUpAt !== learned) this.#isInCircle = this.#leadsToItself();
    this.#lookedUpAt = learned;
    return !this.#isInCircle;
  }

  #leadsToItself(): boolean {
    const seen = new Set<Place>();
    const work = [...this.#after];
    for (let place = work.pop(); place !== undefined; place = work.pop()) {
      if (place === this) return true;
      if (seen.has(place)) continue;
      seen.add(place);
      work.push(...place.#after);
    }
    return false;
  }

  leadsTo(next: Place): void {
    if (this.#after.has(next)) return;
    this.#after.add(next);
    this.#graph.hasGrown();
    if (next === this) return;
    next.#before.push(this);
    const work: [Place, Place][] = [[this, next]];
    for (let edge = work.pop(); edge !== undefined; edge = work.pop()) {
      const [place, other] = edge;
      if (!place.future.addAll(other.future)) continue;
      this.#graph.hasGrown();
      for (const before of place.#before) work.push([before, place]);
    }
  }
}

/** Told when something was learned that decisions may have overlooked. */
export interface Growing {
  /** How often that was. */
  readonly learned: number;
  hasGrown(): void;
}

import type { Knowledge, Switch } from "./knowledge.ts";
import type { Place } from "./place.ts";

/** Whose switches may come before a step: those on other processors, of none of these tasks. */
export type Elsewhere = Pick<Switch, "cpu" | "prev" | "next">;

interface Trusted {
  readonly held: number;
  readonly others: Set<Place>;
  elsewhere: Elsewhere | undefined;
  /** Whether it was taken for a step that does the same anywhere, and is part of no circle. */
  wentFirst: boolean;
}

/**
 * What decisions take for granted: that a step does not depend on what is still to come elsewhere.
 * An answer that was given once stands until the next search, so that states lead where they led
 * before; but knowledge grows, so it is looked up again whether all that was relied on still holds.
 */
export class Trust {
  readonly #knowledge: Knowledge;
  readonly #trusted = new Map<Place, Map<number, Trusted>>();
  readonly #answers = new Map<number, Map<number, boolean>>();
  readonly #first = new Map<Place, boolean>();
  readonly #ofSwitches = new Map<Place, Map<number, boolean>>();
  #checkedAt = 0;
  #isBroken = false;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  /** Whether a step does the same anywhere, and is part of no circle. */
  mayGoFirst(place: Place): boolean {
    let answer = this.#first.get(place);
    if (answer === undefined) {
      answer = place.mayGoFirst();
      this.#first.set(place, answer);
    }
    return answer;
  }

  /** Whether a step is free of another's future. */
  isFree(place: Place, other: Place, held: number): boolean {
    let answers = this.#answers.get(held);
    if (answers === undefined) {
      answers = new Map();
      this.#answers.set(held, answers);
    }
    const key = place.id * 0x100000 + other.id;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = !this.#knowledge.conflict(place, other, held);
      answers.set(key, answer);
    }
    return answer;
  }

  isFreeOfSwitches(place: Place, elsewhere: Elsewhere, held: number): boolean {
    let answers = this.#ofSwitches.get(place);
    if (answers === undefined) {
      answers = new Map();
      this.#ofSwitches.set(place, answers);
    }
    const key = (elsewhere.cpu << 16) | (elsewhere.prev << 8) | elsewhere.next;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = this.#isApartFromSwitches(place, elsewhere, held);
      answers.set(key, answer);
    }
    return answer;
  }

  /** The decision was made: from here on it must hold. */
  rely(place: Place, others: readonly Place[], held: number): Trusted {
    let ofPlace = this.#trusted.get(place);
    if (ofPlace === undefined) {
      ofPlace = new Map();
      this.#trusted.set(place, ofPlace);
    }
    let trusted = ofPlace.get(held);
    if (trusted === undefined) {
      trusted = { held, others: new Set(), elsewhere: undefined, wentFirst: false };
      ofPlace.set(held, trusted);
    }
    for (const it of others) trusted.others.add(it);
    return trusted;
  }

  isBroken(): boolean {
    if (this.#isBroken || this.#checkedAt === this.#knowledge.learned) return this.#isBroken;
    this.#checkedAt = this.#knowledge.learned;
    for (const [place, byTasks] of this.#trusted) {
      for (const trusted of byTasks.values()) {
        if (!this.#holds(place, trusted)) this.#isBroken = true;
      }
    }
    return this.#isBroken;
  }

  forget(): void {
    for (const it of [this.#trusted, this.#answers, this.#first, this.#ofSwitches]) it.clear();
    this.#isBroken = false;
    this.#checkedAt = this.#knowledge.learned;
  }

  #holds(place: Place, { held, others, elsewhere, wentFirst }: Trusted): boolean {
    if (wentFirst && !place.mayGoFirst()) return false;
    for (const it of others) if (this.#knowledge.conflict(place, it, held)) return false;
    return elsewhere === undefined || this.#isApartFromSwitches(place, elsewhere, held);
  }

  #isApartFromSwitches(place: Place, elsewhere: Elsewhere, held: number): boolean {
    for (const it of this.#knowledge.switches) {
      if (areApart(elsewhere, it) && this.#knowledge.conflict(place, it.whole, held)) return false;
    }
    return true;
  }
}

/** Whether two switches can be under way at once. */
function areApart(one: Elsewhere, other: Elsewhere): boolean {
  if (one.cpu === other.cpu) return false;
  const isOf = (task: number) => task !== 0 && (task === other.prev || task === other.next);
  return !isOf(one.prev) && !isOf(one.next);
}

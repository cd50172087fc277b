import type { Memory } from "./memory.ts";
import type { Symmetry } from "./model.ts";

/** Turns the state into that of its doubles which comes first, so that only one of them is kept. */
export function canonicalise(memory: Memory, symmetries: readonly Symmetry[]): void {
  if (symmetries.length === 0) return;
  let best: Int32Array | undefined;
  for (const symmetry of symmetries) {
    const double = Int32Array.from(memory.words);
    symmetry.apply(memory.words, double);
    if (comesBefore(double, best ?? memory.words)) best = double;
  }
  if (best !== undefined) assign(memory, best);
}

/** Makes the state these words. */
export function assign(memory: Memory, words: ArrayLike<number>): void {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? 0;
    if (memory.words[at] !== word) memory.set(at, word);
  }
}

function comesBefore(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  for (let at = 0; at < one.length; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

export function isSame(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) {
    if (one[at] !== other[at]) return false;
  }
  return true;
}

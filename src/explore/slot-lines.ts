/**
 * A table of slots: a number that is not 0, and a hash. A state is looked for from the beginning of a line
 * of the cache on, and found in that line nearly always. The line rises with the hash, so that a larger
 * table is filled from a smaller one in one sequential pass.
 */
const LINE = 8;
export const LINE_WORDS = 2 * LINE;
const RANGE = 2 ** -32;

/** In which line a hash is looked for first. */
export function lineOf(hash: number, lines: number): number {
  return Math.floor((hash >>> 0) * (RANGE * lines));
}

/** Puts all slots of a table into one that is empty and larger. */
export function refill(from: Int32Array, to: Int32Array): void {
  const lines = to.length / LINE_WORDS;
  const taken = new Uint8Array(lines);
  for (let slot = 0; slot < from.length; slot += 2) {
    const number = from[slot] ?? 0;
    if (number === 0) continue;
    const hash = from[slot + 1] ?? 0;
    let line = lineOf(hash, lines);
    while (taken[line] === LINE) line = line + 1 === lines ? 0 : line + 1;
    const at = LINE_WORDS * line + 2 * (taken[line] ?? 0);
    taken[line] = (taken[line] ?? 0) + 1;
    to[at] = number;
    to[at + 1] = hash;
  }
}

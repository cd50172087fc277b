/** Numbers from 0 below `below`, drawn one after the other. */
export type Draw = (below: number) => number;

/** Words of 32 bits, the same ones for the same seed: a room without randomness is given its seed. */
export function wordsOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}

export function drawsOf(seed: number): Draw {
  const next = wordsOf(seed);
  return (below) => (next() >>> 0) % Math.max(1, below);
}

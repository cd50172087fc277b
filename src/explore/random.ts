/** Words of 32 bits, one a call. */
export type Random = () => number;

/** 128 bits, so that no two runs of a life share their keys. */
export type Seed = readonly [number, number, number, number];

/** What a run uses that was given no seed: it can be had again. */
export const FIXED_SEED: Seed = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x85a308d3];

/**
 * A generator with four words of state, one of them a counter, so that its period is never short.
 * The room draws no randomness of its own: whoever wants another run passes another seed.
 */
export function randomWords([first, second, third, fourth]: Seed): Random {
  let a = first | 0;
  let b = second | 0;
  let c = third | 0;
  let counter = fourth | 0;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum;
  };
  for (let round = 0; round < 16; round++) next(); // seeds that differ in one bit have parted by then
  return next;
}

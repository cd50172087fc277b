/** Every order of the numbers from 0; the first is the one they come in. */
export function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1)
    .flatMap((rest) => Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)))
    .sort((one, other) => (one.join() < other.join() ? -1 : 1));
}

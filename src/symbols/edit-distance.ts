/**
 * The number of insertions, deletions and replacements from `a` to `b`, if at most `limit`;
 * else some larger number.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let above = Uint16Array.from({ length: b.length + 1 }, (_, i) => i);
  let row = new Uint16Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      const replaced = (above[j - 1] ?? 0) + (isSame ? 0 : 1);
      const cost = Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      row[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    [above, row] = [row, above];
  }
  return above[b.length] ?? 0;
}

const MAX_NEAREST = 5;

/** The distinct names that `wanted` may be a slip for, best first, at most five. */
export function nearestNames(wanted: string, names: Iterable<string>): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const found = new Map<string, number>();
  for (const name of names) {
    if (name === wanted || found.has(name)) continue;
    const distance = slip(wanted, name, limit);
    if (distance <= limit) found.set(name, distance);
  }
  const byDistance = [...found].sort(([, a], [, b]) => a - b);
  return byDistance.slice(0, MAX_NEAREST).map(([name]) => name);
}

/** Another case is less of a slip than another letter. */
function slip(wanted: string, name: string, limit: number): number {
  if (Math.abs(wanted.length - name.length) > limit) return limit + 1;
  const folded = editDistance(wanted.toLowerCase(), name.toLowerCase(), limit);
  if (folded > limit) return folded;
  return Math.min(editDistance(wanted, name, limit), folded + 0.5);
}

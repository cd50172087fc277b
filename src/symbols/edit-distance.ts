/**
 * The number of insertions, deletions and replacements from `a` to `b`, if at most `limit`;
 * else some larger number.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    row = next;
  }
  return row[b.length] ?? 0;
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
  const exact = editDistance(wanted, name, limit);
  const folded = editDistance(wanted.toLowerCase(), name.toLowerCase(), limit);
  return Math.min(exact, folded + 0.5);
}

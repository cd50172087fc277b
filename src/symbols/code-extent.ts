/** Code from `start` up to, and without, `end`. */
export interface CodeExtent {
  readonly start: bigint;
  readonly end: bigint;
}

/** In ascending order, with what overlaps or touches made one. */
export function merged(extents: readonly CodeExtent[]): readonly CodeExtent[] {
  const sorted = extents
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const result: CodeExtent[] = [];
  for (const it of sorted) {
    const last = result.at(-1);
    if (last === undefined || it.start > last.end) result.push(it);
    else if (it.end > last.end) result[result.length - 1] = { start: last.start, end: it.end };
  }
  return result;
}

import type { HitData, HitsInTime } from "./selection.ts";
import type { Writer } from "./writers.ts";

/** What a writer did in some stretch of time. */
export interface WriterRow {
  readonly writer: Writer;
  readonly count: number;
  /** Places in the recording of its first and its last hit. */
  readonly first: number;
  readonly last: number;
}

/** The writers of the hits from `from` up to `to`, the busiest first. */
export function tally(
  { writers }: HitData,
  { hits, times }: HitsInTime,
  { from, to }: { readonly from: number; readonly to: number },
): readonly WriterRow[] {
  const { length } = writers.list;
  const [counts, firsts, lasts] = [
    new Uint32Array(length),
    new Uint32Array(length),
    new Uint32Array(length),
  ];
  const end = times.before(to);
  for (let place = times.before(from); place < end; place += 1) {
    const at = hits.items[place] ?? 0;
    const writer = writers.ofHit.items[at] ?? 0;
    if (counts[writer] === 0) firsts[writer] = at;
    counts[writer] = (counts[writer] ?? 0) + 1;
    lasts[writer] = at;
  }
  return writers.list
    .map((writer, index) => ({
      ...{ writer, count: counts[index] ?? 0 },
      ...{ first: firsts[index] ?? 0, last: lasts[index] ?? 0 },
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.first - b.first);
}

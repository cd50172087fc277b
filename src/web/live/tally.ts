import type { HitData, Selection } from "./selection.ts";
import type { Span } from "./span.ts";
import type { Writer } from "./writers.ts";

/** What a writer did in some stretch of time. */
export interface WriterRow {
  readonly writer: Writer;
  readonly count: number;
  /** Places in the recording of its first and its last hit. */
  readonly first: number;
  readonly last: number;
}

/** By writer's index. */
interface Columns {
  readonly counts: Uint32Array;
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
}

/** The writers of the hits in a stretch of time, or of all, the busiest first. */
export function tally(
  { writers }: HitData,
  selection: Selection,
  span: Span | undefined,
): readonly WriterRow[] {
  const { counts, firsts, lasts } = span === undefined ? all(selection) : counted(selection, span);
  return writers.list
    .map((writer, index) => ({
      ...{ writer, count: counts[index] ?? 0 },
      ...{ first: firsts[index] ?? 0, last: lasts[index] ?? 0 },
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.first - b.first);
}

/** These are kept while hits come in. */
function all({ counts, firsts, lasts }: Selection): Columns {
  return { counts: counts.items, firsts: firsts.items, lasts: lasts.items };
}

function counted({ hits, times, writerOf, counts: { length } }: Selection, span: Span): Columns {
  const columns = {
    counts: new Uint32Array(length),
    firsts: new Uint32Array(length),
    lasts: new Uint32Array(length),
  };
  const { counts, firsts, lasts } = columns;
  const end = times.before(span.to);
  for (let place = times.before(span.from); place < end; place += 1) {
    const at = hits.items[place] ?? 0;
    const writer = writerOf(at);
    if (counts[writer] === 0) firsts[writer] = at;
    counts[writer] = (counts[writer] ?? 0) + 1;
    lasts[writer] = at;
  }
  return columns;
}

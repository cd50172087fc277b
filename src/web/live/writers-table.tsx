import { formatCount, formatNumber, formatShare } from "../../wording/index.ts";
import { formatMoment, wordsOf } from "./hit-words.ts";
import type { LiveView } from "./live-view.ts";
import { Marker } from "./marker.tsx";
import { tally, type WriterRow } from "./tally.ts";

const NS_PER_S = 1e9;
const MOST_ROWS = 200;

/** The distinct writers: of the marked time, or of all. */
export function WritersTable({ view }: { readonly view: LiveView }) {
  view.written.value; // there may be more hits in the same selection
  const marked = view.marked.value;
  const rows = tally(view.model, view.selection.value, marked);
  const hits = rows.reduce((sum, { count }) => sum + count, 0);
  const length = marked === undefined ? view.whole.peek().to : marked.to - marked.from;
  return (
    <section class="writers">
      <h2>
        {formatNumber(rows.length, "writer")}{" "}
        <span class="soft">
          {formatNumber(hits, "hit")} in {formatMoment(length)}
          {marked === undefined ? "" : ", the marked time"}
        </span>
      </h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Who</th>
              {view.spots.length > 1 ? <th scope="col">Watch</th> : null}
              <th scope="col" class="number">
                Count
              </th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Share
              </th>
              <th scope="col">Last old → new</th>
              <th scope="col" class="number">
                First
              </th>
              <th scope="col" class="number">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row) => (
              <Row key={row.writer.index} view={view} row={row} of={{ hits, length }} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST_ROWS ? (
        <p>… and {formatNumber(rows.length - MOST_ROWS, "writer")} more</p>
      ) : null}
    </section>
  );
}

function Row({
  view,
  row,
  of,
}: {
  readonly view: LiveView;
  readonly row: WriterRow;
  readonly of: { readonly hits: number; readonly length: number };
}) {
  const { writer, count, first, last } = row;
  const { index, site, comm } = writer;
  const isAlone = view.filter.value.writer === index;
  const { value } = wordsOf(view, last);
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="plain"
          aria-pressed={isAlone}
          title={isAlone ? "Show all writers" : "Show this writer alone"}
          onClick={() => view.setFilter({ writer: isAlone ? undefined : index })}
        >
          <Marker color={writer.color} /> <code>{writer.code}</code>
        </button>
      </th>
      <td>{comm}</td>
      {view.spots.length > 1 ? <td>{view.spots[site.spot]?.name}</td> : null}
      <td class="number">{formatCount(count)}</td>
      <td class="number">{formatRate(count, of.length)}</td>
      <td class="number">{formatShare(count, of.hits)}</td>
      <td>
        <code>{value === undefined ? "" : `${value.old ?? "?"} → ${value.now}`}</code>
      </td>
      <td class="number">
        <Moment view={view} at={first} />
      </td>
      <td class="number">
        <Moment view={view} at={last} />
      </td>
    </tr>
  );
}

/** When a hit was; a click goes to it. */
function Moment({ view, at }: { readonly view: LiveView; readonly at: number }) {
  return (
    <button type="button" class="plain" title="Go to this hit" onClick={() => view.choose(at)}>
      {formatMoment(view.timeOf(at))}
    </button>
  );
}

function formatRate(count: number, ns: number): string {
  const rate = (count * NS_PER_S) / Math.max(1, ns);
  return rate >= 10 ? `${formatCount(Math.round(rate))}/s` : `${rate.toPrecision(2)}/s`;
}

import { coverageLines, formatCount, formatNumber } from "../../wording/index.ts";
import { type Band, bandsOf } from "./bands.ts";
import { formatMoment } from "./hit-words.ts";
import type { LiveView } from "./live-view.ts";

const MOST_BANDS = 100;

/** What was covered; and what was not, which must not be overlooked. */
export function Notices({ view }: { readonly view: LiveView }) {
  view.written.value; // more may have been lost meanwhile
  const { recording, broken } = view.opened;
  const { summary, damage, losses } = recording;
  const lost = summary?.coverage.lost ?? losses.reduce((sum, { count }) => sum + count, 0n);
  const bands = bandsOf(recording);
  const windows = bands.filter(({ kind }) => kind === "window");
  const gaps = summary?.coverage.gaps ?? [];
  const missing = [
    ...(broken.value === undefined
      ? []
      : [`the page was cut off (${broken.value}): load it again`]),
    ...damage.map(({ text }) => `the recording: ${text}`),
    ...(lost === 0n ? [] : [`${formatCount(lost)} hits were lost: enlarge the ring with --ring`]),
    ...(windows.length === 0 ? [] : [`not watched ${formatNumber(windows.length, "time")}`]),
    ...gaps.map(({ text }) => `not covered: ${text}`),
  ];
  return (
    <details class={missing.length === 0 ? "notices" : "notices missing"}>
      <summary>
        {missing.length === 0
          ? `Nothing is missing${summary === undefined ? " so far" : ""}`
          : `Not everything is here: ${missing.join("; ")}`}
      </summary>
      <ul>
        {bands.slice(0, MOST_BANDS).map((band) => (
          <li key={`${band.from} ${band.text}`}>
            <BandNotice view={view} band={band} />
          </li>
        ))}
        {summary === undefined
          ? null
          : coverageLines(summary.coverage).map((text) => <li key={text}>{text}</li>)}
      </ul>
    </details>
  );
}

function BandNotice({ view, band }: { readonly view: LiveView; readonly band: Band }) {
  const { from, to, text } = band;
  const length = Math.max(1_000, to - from);
  return (
    <button
      type="button"
      class="plain"
      title="Look at this time"
      onClick={() => view.look({ from: from - 2 * length, to: to + 2 * length })}
    >
      {formatMoment(from)} to {formatMoment(to)}: {text}
    </button>
  );
}

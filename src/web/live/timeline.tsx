import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatNumber } from "../../wording/index.ts";
import { LANE_HEIGHT } from "./draw-lanes.ts";
import { formatMoment } from "./hit-words.ts";
import { actOnKey } from "./keys.tsx";
import type { LiveView } from "./live-view.ts";
import { startPictures } from "./start-pictures.ts";

/** Overview, lanes, values and axis: for the keyboard one thing, which goes from hit to hit. */
export function Timeline({ view }: { readonly view: LiveView }) {
  const place = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  useEffect(() => {
    if (place.current !== null) return startPictures(view, place.current, top);
  }, [view, top]);
  view.written.value; // there may be more lanes in the same selection
  const { lanes, hits } = view.selection.value;
  const [found, rows] = [formatNumber(hits.length, "hit"), formatNumber(lanes.length, "lane")];
  return (
    <div
      ref={place}
      class="timeline"
      role="application"
      aria-roledescription="time line"
      aria-label={`${found} in ${rows}. Arrow keys go from hit to hit, a question mark tells all keys.`}
      onKeyDown={(event) => {
        if (actOnKey(view, event)) event.preventDefault();
      }}
    >
      <span class="gutter">all time</span>
      <canvas class="overview" />
      <div
        class="lanes"
        style={{ height: `${Math.max(2, lanes.length) * LANE_HEIGHT + 2}px` }}
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
      >
        <Labels view={view} />
        <canvas class="pictured" />
      </div>
      <SpotChoice view={view} />
      <canvas class="values pictured" />
      <Seen view={view} />
      <canvas class="axis" />
    </div>
  );
}

/** How much time is seen. */
function Seen({ view }: { readonly view: LiveView }) {
  const { from, to } = view.window.value;
  return <span class="gutter seen">{formatMoment(to - from)}</span>;
}

function Labels({ view }: { readonly view: LiveView }) {
  const { lanes } = view.selection.value;
  const chosen = view.chosen.value;
  const current = chosen === undefined ? undefined : view.laneOf(chosen);
  return (
    <ul class="labels" style={{ height: `${lanes.length * LANE_HEIGHT}px` }}>
      {lanes.map((lane) => (
        <li
          key={lane.label}
          aria-current={lane === current ? "true" : undefined}
          title={lane.label}
        >
          {lane.label}
        </li>
      ))}
    </ul>
  );
}

/** Whose values are plotted. */
function SpotChoice({ view }: { readonly view: LiveView }) {
  const { spots, spot } = view;
  const { length } = view.selection.value.series(spot.value).hits;
  return (
    <div class="gutter">
      {spots.length === 1 ? (
        <span>{spots[0]?.name}</span>
      ) : (
        <SpotSelect spot={spot} names={spots.map(({ name }) => name)} />
      )}
      {length === 0 ? <span class="soft">no values to plot</span> : null}
    </div>
  );
}

function SpotSelect({ spot, names }: { spot: Signal<number>; names: readonly string[] }) {
  return (
    <select
      aria-label="whose values are plotted"
      value={spot.value}
      onChange={(event) => {
        spot.value = Number(event.currentTarget.value);
      }}
    >
      {names.map((name, index) => (
        <option key={name} value={index}>
          {name}
        </option>
      ))}
    </select>
  );
}

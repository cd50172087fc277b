import type { Recording } from "../../recording/index.ts";
import type { Passes } from "./filter.ts";
import { GrowingList, GrowingNumbers } from "./growing.ts";
import { PALETTE } from "./palette.ts";
import { Pyramid } from "./pyramid.ts";
import { RunningTotals } from "./running-totals.ts";
import type { Writers } from "./writers.ts";

/** Hits in the order of time, by their places in the recording, and when they were. */
export interface HitsInTime {
  readonly hits: GrowingList;
  /** ns since the watch began. */
  readonly times: GrowingNumbers;
}

/** The hits of one thread, or on one processor. */
export interface Lane extends HitsInTime {
  readonly label: string;
  /** By the colours of their writers. */
  readonly totals: RunningTotals;
}

/** The hits on one spot that left a number there. */
export interface Series extends HitsInTime {
  readonly values: Pyramid;
}

export type Grouping = "thread" | "cpu";

/** What hits are looked at in. */
export interface HitData {
  readonly recording: Recording;
  readonly writers: Writers;
  /** What each hit left, as a number; NaN where there is none. */
  readonly numbers: GrowingNumbers;
}

/**
 * The hits that pass a filter, laid out for drawing: all of them, in lanes, and as values by spot. It
 * grows with the recording, and what was laid out stays.
 */
export class Selection implements HitsInTime {
  readonly hits = new GrowingList();
  readonly times = new GrowingNumbers();
  readonly lanes: Lane[] = [];
  readonly grouping: Grouping;
  private readonly data: HitData;
  private readonly passes: Passes | undefined;
  private readonly laneByKey = new Map<number, Lane>();
  private readonly seriesBySpot: Series[] = [];
  private seen = 0;

  constructor(data: HitData, passes: Passes | undefined, grouping: Grouping) {
    this.data = data;
    this.passes = passes;
    this.grouping = grouping;
    this.update();
  }

  /** Takes in the hits that came since. */
  update(): void {
    const { hits } = this.data.recording;
    for (const { length } = hits; this.seen < length; this.seen += 1) {
      if (this.passes === undefined || this.passes(this.seen)) this.add(this.seen);
    }
  }

  /** Of the spot with this index; a spot without numbers has an empty one. */
  series(spot: number): Series {
    this.seriesBySpot[spot] ??= { ...empty(), values: new Pyramid() };
    return this.seriesBySpot[spot];
  }

  private add(at: number): void {
    const { recording, writers, numbers } = this.data;
    const time = recording.hits.times[at] ?? 0;
    this.hits.push(at);
    this.times.push(time);
    const lane = this.laneOf(at);
    lane.hits.push(at);
    lane.times.push(time);
    const writer = writers.list[writers.ofHit.items[at] ?? 0];
    lane.totals.push(writer?.color ?? 0);
    const number = numbers.items[at] ?? Number.NaN;
    if (Number.isNaN(number)) return;
    const series = this.series(writer?.site.spot ?? 0);
    series.hits.push(at);
    series.times.push(time);
    series.values.push(number);
  }

  private laneOf(at: number): Lane {
    const { hits, threads } = this.data.recording;
    const isByThread = this.grouping === "thread";
    const thread = threads[hits.threads[at] ?? 0];
    const key = isByThread ? (thread?.tid ?? 0) : (hits.cpus[at] ?? 0);
    const known = this.laneByKey.get(key);
    if (known !== undefined) return known;
    const label = isByThread ? `${thread?.comm ?? "?"} ${key}` : `CPU ${key}`;
    const lane = { ...empty(), label, totals: new RunningTotals(PALETTE.length) };
    this.laneByKey.set(key, lane);
    this.lanes.push(lane);
    if (!isByThread) this.lanes.sort((a, b) => a.label.localeCompare(b.label, "en", NUMERIC));
    return lane;
  }
}

const NUMERIC = { numeric: true } as const;

function empty(): HitsInTime {
  return { hits: new GrowingList(), times: new GrowingNumbers() };
}

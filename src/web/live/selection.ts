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
  /** The thread's id, or the processor's number. */
  readonly key: number;
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
  /** Of each writer, by its index: how many hits, and the places of the first and the last one. */
  readonly counts = new GrowingList();
  readonly firsts = new GrowingList();
  readonly lasts = new GrowingList();
  private readonly laneByKey = new Map<number, Lane>();
  /** By the place of the thread in the recording's list, or the number of the processor. */
  private readonly laneByPlace: (Lane | undefined)[] = [];
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

  /** The index of a hit's writer. */
  readonly writerOf = (at: number): number => this.data.writers.ofHit.items[at] ?? 0;

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
    const index = writers.ofHit.items[at] ?? 0;
    this.count(index, at);
    const writer = writers.list[index];
    lane.totals.push(writer?.color ?? 0);
    const number = numbers.items[at] ?? Number.NaN;
    if (Number.isNaN(number)) return;
    const series = this.series(writer?.site.spot ?? 0);
    series.hits.push(at);
    series.times.push(time);
    series.values.push(number);
  }

  private count(writer: number, at: number): void {
    const { counts, firsts, lasts } = this;
    while (counts.length <= writer) {
      counts.push(0);
      firsts.push(0);
      lasts.push(0);
    }
    const before = counts.items[writer] ?? 0;
    if (before === 0) firsts.items[writer] = at;
    counts.items[writer] = before + 1;
    lasts.items[writer] = at;
  }

  private laneOf(at: number): Lane {
    const { hits, threads } = this.data.recording;
    const isByThread = this.grouping === "thread";
    const place = (isByThread ? hits.threads[at] : hits.cpus[at]) ?? 0;
    const known = this.laneByPlace[place];
    if (known !== undefined) return known;
    const thread = threads[place];
    const lane = isByThread
      ? this.lane(thread?.tid ?? 0, `${thread?.comm ?? "?"} ${thread?.tid ?? ""}`)
      : this.lane(place, `CPU ${place}`);
    this.laneByPlace[place] = lane;
    return lane;
  }

  /** A thread that was renamed is another in the recording, and has the same lane. */
  private lane(key: number, label: string): Lane {
    const known = this.laneByKey.get(key);
    if (known !== undefined) return known;
    const lane = { ...empty(), key, label, totals: new RunningTotals(PALETTE.length) };
    this.laneByKey.set(key, lane);
    this.lanes.push(lane);
    if (this.grouping === "cpu") {
      this.lanes.sort((a, b) => a.label.localeCompare(b.label, "en", NUMERIC));
    }
    return lane;
  }
}

const NUMERIC = { numeric: true } as const;

function empty(): HitsInTime {
  return { hits: new GrowingList(), times: new GrowingNumbers() };
}

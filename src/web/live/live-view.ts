import { type Signal, signal } from "@preact/signals";
import type { RecordedSpot } from "../../recording/index.ts";
import type { Opened } from "../shell/open-page.ts";
import { seldom } from "../shell/seldom.ts";
import { type Filter, NO_FILTER } from "./filter.ts";
import { LiveModel } from "./live-model.ts";
import type { Grouping, HitsInTime, Lane, Selection } from "./selection.ts";
import { moved, type Span, within, zoomed } from "./span.ts";

const WRITE_MS = 1_000;

/** What is looked at, and how: every part of the view reads it, and what people do changes it. */
export class LiveView {
  readonly opened: Opened;
  readonly model: LiveModel;
  readonly filter: Signal<Filter> = signal(NO_FILTER);
  readonly grouping: Signal<Grouping> = signal("thread");
  readonly selection: Signal<Selection>;
  /** All time that there is, and what of it is drawn. */
  readonly whole: Signal<Span>;
  readonly window: Signal<Span>;
  /** What was marked: the table is of this alone. */
  readonly marked: Signal<Span | undefined> = signal(undefined);
  /** The spot whose values are plotted. */
  readonly spot: Signal<number> = signal(0);
  /** Places of hits in the recording: the one that was gone to, and the one under the pointer. */
  readonly chosen: Signal<number | undefined> = signal(undefined);
  readonly pointed: Signal<number | undefined> = signal(undefined);
  /** What comes in is kept, and shown when this ends. */
  readonly isPaused: Signal<boolean> = signal(false);
  /** Goes up when there is something else to draw in the same selection. */
  readonly drawn: Signal<number> = signal(0);
  /** The same for what is written, which costs a browser far more: once a second, and at the end. */
  readonly written: Signal<number> = signal(0);
  private readonly writeSoon = seldom(WRITE_MS, () => {
    this.written.value += 1;
  });

  constructor(opened: Opened) {
    this.opened = opened;
    this.model = new LiveModel(opened.recording);
    this.selection = signal(this.model.select(NO_FILTER, "thread"));
    this.whole = signal({ from: 0, to: this.model.end() });
    this.window = signal(this.whole.value);
    this.spot.value = this.firstPlotted();
  }

  get spots(): readonly RecordedSpot[] {
    return this.opened.recording.header?.watch?.spots ?? [];
  }

  /** There is more in the recording. */
  update(): void {
    if (this.isPaused.value) return;
    const before = this.whole.value;
    this.model.update();
    this.selection.value.update();
    this.whole.value = { from: 0, to: this.model.end() };
    this.follow(before);
    this.drawn.value += 1;
    if (this.opened.isLive.value) this.writeSoon();
    else this.written.value += 1;
  }

  setFilter(change: Partial<Filter>): void {
    this.filter.value = { ...this.filter.value, ...change };
    this.reselect();
  }

  setGrouping(grouping: Grouping): void {
    this.grouping.value = grouping;
    this.reselect();
  }

  look(span: Span): void {
    this.window.value = within(span, this.whole.value);
  }

  zoom(factor: number, around?: number): void {
    const { from, to } = this.window.value;
    this.look(zoomed({ from, to }, factor, around ?? this.middle()));
  }

  /** By a share of what is seen. */
  pan(share: number): void {
    const { from, to } = this.window.value;
    this.look(moved({ from, to }, share * (to - from)));
  }

  /** Goes to a hit, and moves the window where it is not in it. */
  choose(at: number | undefined): void {
    this.chosen.value = at;
    if (at === undefined) return;
    const time = this.timeOf(at);
    const { from, to } = this.window.value;
    if (time < from || time > to) this.look(moved({ from, to }, time - (from + to) / 2));
  }

  /** The next hit, in a list that it is in or not. */
  step({ hits, times }: HitsInTime, by: 1 | -1): void {
    const { chosen } = this;
    if (hits.length === 0) return;
    if (chosen.value === undefined) {
      const first = Math.min(times.before(this.window.value.from), hits.length - 1);
      this.choose(hits.items[first]);
      return;
    }
    const place = placeOf(hits, chosen.value, by);
    if (place >= 0 && place < hits.length) this.choose(hits.items[place]);
  }

  /** The lane that a hit is in; the first where none is chosen. */
  laneOf(at: number | undefined): Lane | undefined {
    const { lanes } = this.selection.value;
    if (at === undefined) return lanes[0];
    return lanes.find(({ hits }) => hits.items[placeOf(hits, at, 0)] === at) ?? lanes[0];
  }

  timeOf(at: number): number {
    return this.opened.recording.hits.times[at] ?? 0;
  }

  private middle(): number {
    const { from, to } = this.window.value;
    const at = this.chosen.value;
    const time = at === undefined ? -1 : this.timeOf(at);
    return time >= from && time <= to ? time : (from + to) / 2;
  }

  private reselect(): void {
    this.selection.value = this.model.select(this.filter.value, this.grouping.value);
    this.pointed.value = undefined;
  }

  /** Who sees the end of what there was sees the end of what there is. */
  private follow(before: Span): void {
    const { from, to } = this.window.value;
    const whole = this.whole.value;
    if (to < before.to) return;
    this.window.value =
      from <= before.from ? whole : within(moved({ from, to }, whole.to - to), whole);
  }

  private firstPlotted(): number {
    const selection = this.selection.value;
    const plotted = this.spots.findIndex((_, spot) => selection.series(spot).hits.length > 0);
    return Math.max(0, plotted);
  }
}

/** Where a hit stands in a list, or the one `by` beside it; also where it is not in the list. */
function placeOf({ items, length }: HitsInTime["hits"], at: number, by: 1 | -1 | 0): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const isThere = low < length && items[low] === at;
  return by === 1 && !isThere ? low : low + by;
}

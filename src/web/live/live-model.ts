import type { RecordingInMemory } from "../../recording/index.ts";
import { type Filter, passesOf } from "./filter.ts";
import { GrowingNumbers } from "./growing.ts";
import { Presences } from "./presence.ts";
import { type Grouping, type HitData, Selection } from "./selection.ts";
import { numberOfHit } from "./value-numbers.ts";
import { Writers } from "./writers.ts";

/** A recorded watch, laid out for looking at; it grows with its recording. */
export class LiveModel implements HitData {
  readonly recording: RecordingInMemory;
  readonly writers: Writers;
  readonly numbers = new GrowingNumbers();
  readonly presences: Presences;

  constructor(recording: RecordingInMemory) {
    this.recording = recording;
    this.writers = new Writers(recording);
    this.presences = new Presences(recording);
    this.update();
  }

  /** Takes in the hits that came since. */
  update(): void {
    const { hits, sites, header } = this.recording;
    const spots = header?.watch?.spots ?? [];
    this.writers.update();
    this.presences.update();
    for (let at = this.numbers.length; at < hits.length; at += 1) {
      const spot = spots[sites[hits.sites[at] ?? 0]?.spot ?? -1];
      this.numbers.push(numberOfHit(spot, hits, at));
    }
  }

  select(filter: Filter, grouping: Grouping): Selection {
    return new Selection(this, passesOf(filter, this), grouping);
  }

  /** When the recording ends, or what it has by now ends, in ns since the watch began. */
  end(): number {
    const { hits, summary, losses, windows } = this.recording;
    const last = hits.length === 0 ? 0 : (hits.times[hits.length - 1] ?? 0);
    const ends = [...losses, ...windows].map(({ to }) => Number(to - hits.since));
    const until = summary === undefined ? 0 : Number(summary.coverage.untilNs - hits.since);
    return Math.max(1, last, until, ...ends);
  }
}

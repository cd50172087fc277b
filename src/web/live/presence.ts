import type { Recording } from "../../recording/index.ts";
import { GrowingNumbers } from "./growing.ts";
import { type Scale, timeAt } from "./span.ts";

/** When somebody was there: the times of coming and of leaving, in turn. */
export class Presence {
  private readonly turns = new GrowingNumbers();

  /** Who leaves first has been there from the beginning; of what says nothing new there is no record. */
  note(time: number, on: boolean): void {
    const { turns } = this;
    if (turns.length === 0 && !on) turns.push(0);
    if ((turns.length % 2 === 0) === on) turns.push(time);
  }

  /** The stretches of a picture, in pixels, in which somebody was there at some moment. */
  stretches(scale: Scale): readonly { readonly from: number; readonly to: number }[] {
    const found: { from: number; to: number }[] = [];
    const { turns } = this;
    let first = 0;
    for (let x = 0; x < scale.width; x += 1) {
      first = turns.before(behind(timeAt(scale, x)), first);
      const isThere = first % 2 === 1 || turns.before(timeAt(scale, x + 1), first) !== first;
      if (!isThere) continue;
      const last = found.at(-1);
      if (last?.to === x) last.to = x + 1;
      else found.push({ from: x, to: x + 1 });
    }
    return found;
  }
}

/** Whoever comes or leaves at a moment has done so by then. Times are whole ns. */
function behind(time: number): number {
  return Math.floor(time) + 0.5;
}

/** Of each thread when it was on a processor, and of each processor when a watched thread was on it. */
export class Presences {
  private readonly recording: Recording;
  private readonly ofThread = new Map<number, Presence>();
  private readonly ofCpu = new Map<number, Presence>();
  /** Where threads are that are on a processor. */
  private readonly cpuOf = new Map<number, number>();
  private switchesSeen = 0;
  private livesSeen = 0;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Takes in what came since. Of a thread that exits, no switch tells that it leaves. */
  update(): void {
    const { switches, lives } = this.recording;
    for (;;) {
      const next = switches[this.switchesSeen];
      const life = lives[this.livesSeen];
      if (life !== undefined && (next === undefined || life.time < next.time)) {
        this.livesSeen += 1;
        if (life.what === "exit") this.note({ ...life, on: false });
      } else if (next !== undefined) {
        this.switchesSeen += 1;
        this.note(next);
      } else break;
    }
  }

  /** Undefined where switches were not recorded. */
  of(grouping: "thread" | "cpu", key: number): Presence | undefined {
    return (grouping === "thread" ? this.ofThread : this.ofCpu).get(key);
  }

  private note(it: { time: bigint; tid: number; cpu?: number; on: boolean }): void {
    const { tid, on, cpu = this.cpuOf.get(tid) } = it;
    if (cpu === undefined) return; // it exits, and was on none
    if (on) this.cpuOf.set(tid, cpu);
    else this.cpuOf.delete(tid);
    const time = Number(it.time - this.recording.hits.since);
    presenceOf(this.ofThread, tid).note(time, on);
    presenceOf(this.ofCpu, cpu).note(time, on);
  }
}

function presenceOf(known: Map<number, Presence>, key: number): Presence {
  const presence = known.get(key) ?? new Presence();
  known.set(key, presence);
  return presence;
}

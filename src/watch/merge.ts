import { PERF_RECORD_SAMPLE } from "../abi/index.ts";
import type { ArmedRing } from "./arming.ts";

/** Takes the record that the ring's cursor stands on. */
export type Take = (ring: ArmedRing) => void;

const HIGH_WORD = 2 ** 32;
/** Records after which their space is the kernel's again, so that a long drain does not fill it. */
const RELEASE_EVERY = 1024;

/** A ring among others, with the time of the record it stands on. */
class Lane {
  readonly ring: ArmedRing;
  readonly take: Take;
  /** ns as a double: exact for 104 days of uptime, and to 2 ns for centuries. Only orders. */
  time = 0;
  private taken = 0;
  /** Where a sample has its time; for side records, which differ in length, in words from the end. */
  private readonly timeWord: number;
  private readonly isHits: boolean;

  constructor(
    ring: ArmedRing,
    { isHits, timeWord, take }: { isHits: boolean; timeWord: number; take: Take },
  ) {
    this.ring = ring;
    this.take = take;
    this.timeWord = timeWord;
    this.isHits = isHits;
  }

  get waiting(): boolean {
    return this.ring.cursor.hasRecord;
  }

  look(): void {
    const { cursor } = this.ring;
    if (!cursor.hasRecord) return;
    // A record in a ring of hits that is no sample (LOST) has no time that matters: it comes at once.
    if (this.isHits && cursor.type !== PERF_RECORD_SAMPLE) this.time = 0;
    else {
      const word = this.isHits ? this.timeWord : cursor.size / 4 - this.timeWord;
      this.time = cursor.word(word + 1) * HIGH_WORD + cursor.word(word);
    }
  }

  /** Takes the record it stands on, and gives space back now and then. */
  step(): void {
    const { cursor } = this.ring;
    this.take(this.ring);
    cursor.advance();
    this.look();
    this.taken += 1;
    if (this.taken % RELEASE_EVERY === 0) cursor.release();
  }
}

/**
 * Puts the records of many rings in the order of their times: each ring is in order by itself. So a
 * fork is read before the child's first hit, though another CPU wrote it.
 */
export class RingMerge {
  private readonly lanes: readonly Lane[];

  constructor(
    hits: { rings: readonly ArmedRing[]; timeWord: number; take: Take },
    sides: { rings: readonly ArmedRing[]; timeWord: number; take: Take },
  ) {
    this.lanes = [
      ...sides.rings.map((ring) => new Lane(ring, { ...sides, isHits: false })),
      ...hits.rings.map((ring) => new Lane(ring, { ...hits, isHits: true })),
    ];
  }

  /**
   * Takes all records that are older than `horizon`, in ns; those not taken stay in their rings.
   * Stops early, between two records, once `enough` says so.
   */
  drain(horizon: number, enough: () => boolean): void {
    for (const lane of this.lanes) {
      lane.ring.cursor.refresh();
      lane.look();
    }
    let waiting = this.lanes.filter((lane) => lane.waiting);
    let done = enough();
    while (!done) {
      let [first] = waiting;
      // Until the first of the others has its record, all that comes is the earliest one's.
      let next = horizon;
      for (const lane of waiting) {
        if (first === undefined || lane === first) continue;
        if (lane.time < first.time) {
          if (first.time < next) next = first.time;
          first = lane;
        } else if (lane.time < next) next = lane.time;
      }
      if (first === undefined || first.time > horizon) break;
      do {
        first.step();
        done = enough();
      } while (!done && first.waiting && first.time <= next);
      if (!first.waiting) waiting = waiting.filter((lane) => lane !== first);
    }
    for (const lane of this.lanes) lane.ring.cursor.release();
  }
}

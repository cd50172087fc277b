import {
  type DecodeText,
  decodeSideRecord,
  PERF_RECORD_LOST,
  PERF_RECORD_SAMPLE,
  type RingCursor,
  type SideRecord,
} from "../abi/index.ts";
import type { ArmedPiece, ArmedRing, Arming } from "./arming.ts";
import { RingMerge } from "./merge.ts";
import { OneEventPerThread } from "./one-event.ts";
import { OneTrap } from "./one-trap.ts";
import { RawHit } from "./raw-hit.ts";

/** Who is told of what the rings say. */
export interface ReaderEvents {
  /** True when accesses of this process to this spot are to be counted. */
  isWatched(pid: number, spot: number): boolean;
  /** One access. `hit` is valid during the call only. */
  hit(hit: RawHit): void;
  /** `time`: in ns, when it was written. */
  side(record: SideRecord, time: bigint): void;
  /** A ring had no room for so many hits; of this processor's tasks, if the ring is for one. */
  lost(count: bigint, cpu: number | undefined): void;
}

const HIGH_WORD = 2 ** 32;
const decodeText: DecodeText = (bytes) => new TextDecoder().decode(bytes);

/** Turns the rings' records into accesses, each counted once. */
export class Reader {
  /** Samples read, of strangers and doubles included: what the kernel's own counts must add up to. */
  samples = 0;
  /** Samples of processes that are not watched. */
  strangers = 0;
  /** What LOST records told; kernels since 6.0 tell it better when the event is read. */
  lost = 0n;
  /** Forks, execs and exits that the kernel had no room to tell of. */
  sideLost = 0n;
  private readonly events: ReaderEvents;
  /** Undefined where all samples are of one piece. */
  private readonly identifier: number | undefined;
  private readonly byId: ReadonlyMap<number, ArmedPiece>;
  private readonly merge: RingMerge;
  private readonly raw: RawHit;
  private readonly oneEvent: OneEventPerThread | undefined;
  private readonly oneTrap: OneTrap | undefined;
  /** Ids of the events that programs send by, where there are programs. */
  private readonly outputs: ReadonlySet<number> | undefined;
  private readonly byIndex: ReadonlyMap<number, ArmedPiece>;
  private readonly valueWords: number;
  /** The last hit was one of this process to this spot, and it counted. */
  private knownPid = 0;
  private knownSpot = 0;

  constructor(arming: Arming, events: ReaderEvents) {
    const { layout, straddled, registers } = arming.plan;
    this.events = events;
    this.identifier = layout.identifier;
    this.byId = new Map(arming.pieces.map((piece) => [Number(piece.event.id), piece]));
    this.raw = new RawHit(layout, registers);
    const outputs = arming.outputs.map((event) => Number(event.id));
    this.outputs = outputs.length > 0 ? new Set(outputs) : undefined;
    this.byIndex = new Map(arming.pieces.map((piece) => [piece.pieceIndex, piece]));
    this.valueWords = arming.plan.programs?.words ?? 0;
    this.oneEvent = arming.mayOverlap ? new OneEventPerThread() : undefined;
    this.oneTrap = straddled ? new OneTrap(layout, bitCount(registers)) : undefined;
    this.merge = new RingMerge(
      { rings: arming.hitRings, timeWord: layout.time, take: (ring) => this.takeHit(ring) },
      {
        rings: arming.sideRings,
        timeWord: arming.sideTime,
        take: (ring) => this.takeSide(ring, arming.sideTime),
      },
    );
  }

  /** Takes all records before `horizon` (ns), or until `enough` says so. */
  drain(horizon: number, enough: () => boolean): void {
    this.merge.drain(horizon, enough);
  }

  private takeHit(ring: ArmedRing): void {
    const { cursor } = ring;
    if (cursor.type !== PERF_RECORD_SAMPLE) {
      if (cursor.type === PERF_RECORD_LOST) this.noteLost(cursor.u64(4), ring.cpu);
      return;
    }
    this.samples += 1;
    const { raw, identifier } = this;
    raw.read(ring);
    if (this.outputs !== undefined && this.isSent(cursor, this.outputs)) {
      const piece = this.byIndex.get(raw.readPayload(this.valueWords));
      if (piece === undefined) return;
      raw.spot = piece.spot.index;
    } else if (identifier === undefined) raw.spot = 0;
    else if (!this.isFirstOfAccess(cursor, identifier)) return;
    if (raw.pid !== this.knownPid || raw.spot !== this.knownSpot) {
      if (!this.events.isWatched(raw.pid, raw.spot)) {
        this.strangers += 1;
        return;
      }
      this.knownPid = raw.pid;
      this.knownSpot = raw.spot;
    }
    this.events.hit(raw);
  }

  /** A record that a program sent; where rings have no others, their events have no id. */
  private isSent(cursor: RingCursor, outputs: ReadonlySet<number>): boolean {
    const { identifier } = this;
    return identifier === undefined || outputs.has(idAt(cursor, identifier));
  }

  /** Tells the spot, and whether an earlier sample told of the same access to it. */
  private isFirstOfAccess(cursor: RingCursor, identifier: number): boolean {
    const { raw } = this;
    const id = idAt(cursor, identifier);
    const piece = this.byId.get(id);
    if (piece === undefined) return false;
    raw.spot = piece.spot.index;
    if (this.oneEvent?.counts(raw, piece.pieceIndex, id) === false) return false;
    return this.oneTrap?.isNew(cursor, raw, piece.pieceIndex) !== false;
  }

  private takeSide({ cursor }: ArmedRing, timeWord: number): void {
    this.knownPid = 0; // what follows may be watched no more, or from now on
    const record = decodeSideRecord(cursor.copy(), decodeText);
    if (record.kind === "lost") this.sideLost += record.count;
    if (record.kind === "exit") this.oneEvent?.forget(record.tid);
    this.events.side(record, cursor.u64(cursor.size / 4 - timeWord));
  }

  private noteLost(count: bigint, cpu: number | undefined): void {
    this.lost += count;
    this.events.lost(count, cpu);
  }
}

function idAt(cursor: RingCursor, identifier: number): number {
  return cursor.word(identifier) + cursor.word(identifier + 1) * HIGH_WORD;
}

function bitCount(mask: bigint): number {
  return mask.toString(2).replaceAll("0", "").length;
}

import type { SideRecord } from "../abi/index.ts";
import type { RecordingHeader, RecordingWriter } from "../recording/index.ts";
import type { Coverage } from "./coverage.ts";
import { type PointerName, PointerNotes } from "./pointer-notes.ts";
import type { RawHit } from "./raw-hit.ts";
import type { HitSink, Session } from "./session.ts";
import { SourceLines } from "./source-lines.ts";
import { recordedSpot } from "./spot.ts";
import type { CallStack } from "./stacks.ts";
import type { WatchReport } from "./watch.ts";

/** What the header of a recording says of a session. */
export function recordedWatch(
  session: Session,
  how: Pick<NonNullable<RecordingHeader["watch"]>, "stacks" | "form" | "fields" | "sinceWall">,
): NonNullable<RecordingHeader["watch"]> {
  const { spots, arming, cpus, launched, tasks, selfTest, why } = session.parts;
  const { processes, threads } = tasks.counts();
  return {
    ...how,
    spots: spots.map(recordedSpot),
    since: session.sinceNs,
    strategy: arming.strategy,
    kernelMode: arming.plan.kernelMode,
    pid: launched?.pid,
    ...{ cpus, processes, threads, selfTest, why },
  };
}

/** The numbers that a hit's code has in the recording. */
interface Numbers {
  readonly site: number;
  readonly stack: number;
}

/** Where hits of one thread by one instruction go; 64-bit addresses in halves. */
interface KnownSite {
  readonly ipLow: number;
  readonly ipHigh: number;
  readonly site: number;
}

const NO_STACK = 0;
const ANY_CPU = -1;

/**
 * Records a session's hits. What a hit's code is called is looked up once for each thread and
 * instruction, or for each call stack where that decides; after that a hit is a few numbers.
 */
export class Recorder implements HitSink {
  private readonly session: Session;
  private readonly writer: RecordingWriter;
  private readonly stacks: boolean;
  private readonly threads = new Map<number, number>();
  /** By thread, then by spot, then by instruction. */
  private readonly sites = new Map<number, Map<number, KnownSite>[]>();
  private readonly byStack = new WeakMap<CallStack, Numbers[]>();
  /** Lost hits by processor, until its next hit tells up to when; ANY_CPU where the ring is a thread's. */
  private readonly losses = new Map<number, { from: bigint; count: bigint }>();
  /** By processor, when its last hit was, in halves. */
  private readonly lastHits: { high: number; low: number }[] = [];
  private toldLost = 0n;
  private readonly pointers: PointerNotes;
  private readonly sources: SourceLines;

  constructor(
    session: Session,
    writer: RecordingWriter,
    { stacks, pointerName }: { stacks: boolean; pointerName: PointerName },
  ) {
    this.session = session;
    this.writer = writer;
    this.stacks = stacks;
    this.pointers = new PointerNotes(session.parts.spots, writer, pointerName);
    this.sources = new SourceLines((source) => writer.source(source));
  }

  hit(hit: RawHit): void {
    const thread = this.threadOf(hit);
    const { site, stack } = this.numbersOf(hit);
    if (hit.valueFrom !== undefined) this.pointers.note(hit);
    this.writer.hit(hit, { spot: hit.spot, thread, site, stack });
    if (this.losses.size > 0) this.tellLoss(hit);
    this.lastHits[hit.cpu] ??= { high: 0, low: 0 };
    const last = this.lastHits[hit.cpu];
    if (last === undefined) return;
    last.high = hit.timeHigh;
    last.low = hit.timeLow;
  }

  /** The thread ended, or its name or program changed: what it does next is named anew. */
  forget(tid: number): void {
    this.threads.delete(tid);
    this.sites.delete(tid);
  }

  life(record: SideRecord, time: bigint): void {
    switch (record.kind) {
      case "fork": {
        const { pid, tid, ppid, ptid } = record;
        this.writer.life({ time, what: "fork", pid, tid, ppid, ptid });
        return;
      }
      case "exit": {
        const { pid, tid } = record;
        this.writer.life({ time, what: "exit", pid, tid });
        return;
      }
      case "comm": {
        const { pid, tid, comm, exec } = record;
        this.writer.life({ time, what: exec ? "exec" : "rename", pid, tid, comm });
        return;
      }
      case "switch": {
        const { cpu, pid, tid, on } = record;
        this.writer.switch({ time, cpu, pid, tid, on });
        return;
      }
      default:
        return;
    }
  }

  lost(count: bigint, cpu = ANY_CPU): void {
    const last = this.lastHits[cpu];
    const from = last === undefined ? this.session.sinceNs : joined(last);
    const known = this.losses.get(cpu);
    this.losses.set(cpu, { from: known?.from ?? from, count: (known?.count ?? 0n) + count });
    this.toldLost += count;
  }

  paused(from: bigint, to: bigint): void {
    this.writer.window({ from, to, why: "disarmed to keep within --max-overhead" });
  }

  /** The session ended: what there is to say of all of it. */
  end({ hits, traps, writesLeftOut, coverage, ended }: WatchReport): void {
    const { sinceNs, untilNs, lost } = coverage;
    for (const { from, count } of this.losses.values()) {
      this.writer.loss({ from, to: untilNs, count });
    }
    if (lost > this.toldLost) {
      this.writer.loss({ from: sinceNs, to: untilNs, count: lost - this.toldLost });
    }
    this.writer.summary({ hits, traps, writesLeftOut, ended, coverage: plain(coverage) });
  }

  private threadOf(hit: RawHit): number {
    const known = this.threads.get(hit.tid);
    if (known !== undefined) return known;
    const comm = this.session.commOf(hit);
    const number = this.writer.thread({ pid: hit.pid, tid: hit.tid, comm });
    this.threads.set(hit.tid, number);
    return number;
  }

  private numbersOf(hit: RawHit): Numbers {
    const { namer, arming } = this.session.parts;
    if (this.stacks || (hit.kernel && arming.plan.kernelMode)) return this.numbersByStack(hit);
    const isNamedEachTime = namer.chained || (namer.callsByValue && namer.isLedTo(hit));
    if (isNamedEachTime) return { site: this.newSite(hit), stack: NO_STACK };
    return { site: this.siteOf(hit), stack: NO_STACK };
  }

  private siteOf(hit: RawHit): number {
    const bySpot = this.sites.get(hit.tid) ?? [];
    const byIp = bySpot[hit.spot] ?? new Map<number, KnownSite>();
    const { ipNumber, ipLow, ipHigh } = hit;
    const known = byIp.get(ipNumber);
    if (known?.ipLow === ipLow && known.ipHigh === ipHigh) return known.site;
    const site = this.newSite(hit);
    this.sites.set(hit.tid, bySpot);
    bySpot[hit.spot] = byIp;
    byIp.set(ipNumber, { ipLow, ipHigh, site });
    return site;
  }

  private numbersByStack(hit: RawHit): Numbers {
    const { namer } = this.session.parts;
    const callStack = namer.stackOf(hit);
    const bySpot = this.byStack.get(callStack);
    const known = bySpot?.[hit.spot];
    if (known !== undefined) return known;
    const named = namer.stack(hit);
    const stack = this.stacks ? this.writer.stack(named) : NO_STACK;
    const numbers = { site: this.newSite(hit), stack };
    if (!named.lasts) return numbers;
    const kept = bySpot ?? [];
    kept[hit.spot] = numbers;
    this.byStack.set(callStack, kept);
    return numbers;
  }

  private newSite(hit: RawHit): number {
    const { frame, via, culprit, syscall } = this.session.parts.namer.name(hit);
    this.sources.note(frame, hit.pid);
    const instruction = culprit?.instruction;
    return this.writer.site({
      ...{ spot: hit.spot, kernel: hit.kernel, ip: hit.ip, frame, via, syscall },
      culprit:
        culprit === undefined
          ? undefined
          : {
              doubt: culprit.doubt,
              instruction:
                instruction === undefined
                  ? undefined
                  : { text: instruction.text, address: instruction.address },
            },
    });
  }

  private tellLoss(hit: RawHit): void {
    const { time } = hit;
    for (const cpu of [hit.cpu, ANY_CPU]) {
      const loss = this.losses.get(cpu);
      if (loss === undefined) continue;
      this.losses.delete(cpu);
      this.writer.loss({ ...loss, to: time });
    }
  }
}

/** The same without what only the running program knows. */
function plain(coverage: Coverage): Coverage & { readonly gaps: { kind: string; text: string }[] } {
  return { ...coverage, gaps: coverage.gaps.map(({ kind, text }) => ({ kind, text })) };
}

function joined({ high, low }: { readonly high: number; readonly low: number }): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

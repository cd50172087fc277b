import { type PackedHit, timeOf } from "../hit-run.ts";
import type {
  RecordedLife,
  RecordedLoss,
  RecordedProgram,
  RecordedStep,
  RecordedThread,
  RecordedWindow,
  RecordingHeader,
} from "../recorded.ts";
import {
  callsOf,
  type Exporter,
  type ExportOf,
  functionOf,
  HitNames,
  microseconds,
  type Put,
  valueIn,
} from "./exporter.ts";

/** Of a recording's own tracks: what was not watched, and the model's processors. */
const OWN_PID = 0;
const LOSS_TRACK = 1;

/**
 * Chrome's trace events, which Perfetto opens: a hit is an instant of its thread, the value a counter,
 * what was not seen a slice on a track of its own; of the model, a slice for each step by processor.
 */
export class ChromeTrace implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly named = new Set<string>();
  private events = 0;
  private steps = 0;
  private programs = 0;

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
    const about = { trapline, sinceWall: watch?.sinceWall };
    this.put(`{"displayTimeUnit":"ns","otherData":${JSON.stringify(about)},"traceEvents":[`);
    if (watch !== undefined) {
      this.nameTrack({ pid: OWN_PID, tid: LOSS_TRACK, comm: "not watched" }, "trapline");
    }
  }

  hit(hit: PackedHit): void {
    const thread = this.names.thread(hit);
    const site = this.names.site(hit);
    const spot = this.names.spot(hit);
    this.nameTrack(thread, thread.comm);
    const [call] = callsOf(site.frame);
    const at = this.since(timeOf(hit));
    const [old, now] = [valueIn(hit.oldValue, spot), valueIn(hit.newValue, spot)];
    const args = {
      ...{ watch: spot.name, cpu: hit.cpu, traps: hit.repeat },
      ...{ mode: site.kernel ? "kernel" : "user", syscall: site.syscall },
      ...{ file: call?.file, line: call?.line, instruction: site.culprit?.instruction?.text },
      ...{ old: old?.toString(), new: now?.toString() },
      stack: hit.stack < 0 ? undefined : this.names.frames(hit).map(functionOf),
    };
    const name = call?.name ?? "?";
    this.event({ ph: "i", s: "t", name, cat: "hit", ...track(thread), args }, at);
    if (now === undefined) return;
    const value = Number(now);
    this.event({ ph: "C", name: spot.name, cat: "value", pid: thread.pid, args: { value } }, at);
  }

  life({ time, what, pid, tid, comm, ppid }: RecordedLife): void {
    const args = { comm, ppid };
    this.event({ ph: "i", s: "t", name: what, cat: "life", pid, tid, args }, this.since(time));
  }

  loss({ from, to, count }: RecordedLoss): void {
    this.slice(`${count} hits lost`, from, to);
  }

  window({ from, to, why }: RecordedWindow): void {
    this.slice(why, from, to);
  }

  program({ file, cpus }: RecordedProgram): void {
    this.programs += 1;
    this.steps = 0;
    for (let cpu = 0; cpu < cpus; cpu += 1) {
      this.nameTrack({ pid: this.programs, tid: cpu, comm: `CPU${cpu}` }, file);
    }
  }

  step({ cpu, task, fn, label, slots, locks, lost }: RecordedStep): void {
    const name = `${task} ${fn}${label === "" ? "" : `.${label}`}`;
    const args = { slots, locks, lost };
    const at = { pid: this.programs, tid: cpu };
    this.event({ ph: "X", dur: 1, name, cat: "step", ...at, args }, `${this.steps}.000`);
    this.steps += 1;
  }

  end(): void {
    this.put("\n]}\n");
  }

  private slice(name: string, from: bigint, to: bigint): void {
    const dur = Number(to - from) / 1000;
    const own = { pid: OWN_PID, tid: LOSS_TRACK };
    this.event({ ph: "X", dur, name, cat: "not watched", ...own }, this.since(from));
  }

  private since(time: bigint): string {
    return microseconds(time - this.names.since);
  }

  private nameTrack(thread: RecordedThread, process: string): void {
    const { pid, tid, comm } = thread;
    if (this.named.has(`${pid} ${tid} ${comm}`)) return;
    this.named.add(`${pid} ${tid} ${comm}`);
    if (!this.named.has(String(pid))) {
      this.named.add(String(pid));
      this.event({ ph: "M", name: "process_name", pid, args: { name: process } }, "0");
    }
    this.event({ ph: "M", name: "thread_name", pid, tid, args: { name: comm } }, "0");
  }

  /** `ts` in microseconds with all its digits, which a double might not hold. */
  private event(event: Readonly<Record<string, unknown>>, ts: string): void {
    const separator = this.events === 0 ? "\n" : ",\n";
    this.events += 1;
    this.put(`${separator}{"ts":${ts},${JSON.stringify(event).slice(1)}`);
  }
}

function track({ pid, tid }: RecordedThread) {
  return { pid, tid };
}

import { type PackedHit, timeOf } from "../hit-run.ts";
import type { RecordedFrame, RecordedSpot, RecordingHeader } from "../recorded.ts";
import { callsOf, type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";

const ADDRESS_WIDTH = 16;

/**
 * The text that `perf script -F comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso` prints of samples
 * with call chains: what stackcollapse-perf.pl and the importers of viewers read.
 */
export class PerfScript implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    const { pid, tid, comm } = this.names.thread(hit);
    const who = `${oneLine(comm)} ${String(pid).padStart(5)}/${String(tid).padEnd(5)}`;
    const cpu = `[${String(hit.cpu).padStart(3, "0")}]`;
    const period = String(hit.repeat).padStart(10);
    const head = `${who} ${cpu} ${seconds(timeOf(hit))}: ${period} ${eventOf(this.names.spot(hit))}: `;
    const lines = this.names.frames(hit).flatMap(frameLines);
    this.put(`${head}\n${lines.join("\n")}\n\n`);
  }

  end(): void {
    // Every hit was put as it came.
  }
}

/** Nanoseconds are cut, not rounded, as perf does. */
function seconds(ns: bigint): string {
  const micros = (ns / 1000n).toString().padStart(7, "0");
  return `${micros.slice(0, -6).padStart(5)}.${micros.slice(-6)}`;
}

/** As perf spells it: `mem:0x0000000000404100/8:w`. */
function eventOf({ address, length, mode }: RecordedSpot): string {
  return `mem:0x${address.toString(16).padStart(ADDRESS_WIDTH, "0")}/${length}:${mode}`;
}

function frameLines(frame: RecordedFrame): readonly string[] {
  const address = frame.address.toString(16).padStart(ADDRESS_WIDTH);
  const offset = frame.offset === undefined ? "" : `+0x${frame.offset.toString(16)}`;
  return callsOf(frame).map(({ name, inlined }) => {
    if (inlined) return `\t${address} ${oneLine(name)} (inlined)`;
    const isNamed = frame.symbol !== undefined || frame.function !== undefined;
    const symbol = isNamed ? `${oneLine(name)}${offset}` : "[unknown]";
    return `\t${address} ${symbol} (${objectOf(frame)})`;
  });
}

/** Without blanks, for readers take what is between the last brackets as one word. */
function objectOf({ kind, path, object }: RecordedFrame): string {
  if (kind === "kernel") return object ?? "[kernel.kallsyms]";
  if (kind === "jit") return "[jit]";
  return (path ?? object ?? "[unknown]").replace(/\s/g, "_");
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}

import type { PackedHit } from "../hit-run.ts";
import type { RecordingHeader } from "../recorded.ts";
import { callsOf, type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";

/** Call chains on one line each, the task's name first and the innermost function last, and how often. */
export class Folded implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly counts = new Map<string, number>();
  /** By thread, site and stack: the line is made once. */
  private readonly lines = new Map<string, string>();

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    const key = `${hit.thread} ${hit.site} ${hit.stack}`;
    const line = this.lines.get(key) ?? this.lineOf(hit);
    this.lines.set(key, line);
    this.counts.set(line, (this.counts.get(line) ?? 0) + 1);
  }

  end(): void {
    const sorted = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [line, count] of sorted) this.put(`${line} ${count}\n`);
  }

  private lineOf(hit: PackedHit): string {
    const calls = this.names.frames(hit).flatMap(callsOf).reverse();
    const comm = this.names.thread(hit).comm.replace(/\s/g, "_");
    return [comm, ...calls.map(({ name }) => name)].map(plain).join(";");
  }
}

/** A semicolon ends a frame, and a line a stack. */
function plain(name: string): string {
  return name.replace(/;/g, ":").replace(/[\r\n]/g, " ");
}

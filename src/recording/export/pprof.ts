import type { PackedHit } from "../hit-run.ts";
import { timeOf } from "../hit-run.ts";
import type { RecordedFrame, RecordedThread, RecordingHeader } from "../recorded.ts";
import { callsOf, type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";

/** What pprof-format offers, handed in: it is loaded only when a profile is made. */
export type PprofLibrary = typeof import("pprof-format");

interface Count {
  readonly thread: RecordedThread;
  readonly locations: readonly number[];
  readonly watch: string;
  hits: number;
  traps: number;
}

/** pprof's profile, not compressed: hits and traps by call chain, thread and watch. */
export class Pprof implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly library: PprofLibrary;
  private readonly strings;
  private readonly counts = new Map<string, Count>();
  private readonly locations = new Map<string, number>();
  private readonly functions = new Map<string, number>();
  private readonly mappings = new Map<string, number>();
  private readonly profile;
  private last = 0n;

  constructor({ tables, put }: ExportOf, library: PprofLibrary) {
    this.names = new HitNames(tables);
    this.put = put;
    this.library = library;
    this.strings = new library.StringTable();
    this.profile = new library.Profile({ stringTable: this.strings });
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    this.last = timeOf(hit);
    const key = `${hit.thread} ${hit.site} ${hit.stack}`;
    const count = this.counts.get(key) ?? this.countOf(hit);
    this.counts.set(key, count);
    count.hits += 1;
    count.traps += hit.repeat;
  }

  end(): void {
    const { Sample, ValueType, Label } = this.library;
    const { profile, strings, names } = this;
    const kind = (type: string) =>
      new ValueType({ type: strings.dedup(type), unit: strings.dedup("count") });
    profile.sampleType = [kind("hits"), kind("traps")];
    profile.periodType = kind("hits");
    profile.period = 1;
    profile.timeNanos = BigInt(Date.parse(names.sinceWall) || 0) * 1_000_000n;
    profile.durationNanos = this.last > names.since ? this.last - names.since : 0n;
    profile.sample = [...this.counts.values()].map(({ thread, locations, watch, hits, traps }) => {
      const { comm, tid } = thread;
      const text = (key: string, value: string) =>
        new Label({ key: strings.dedup(key), str: strings.dedup(value) });
      const label = [
        text("thread", comm),
        new Label({ key: strings.dedup("tid"), num: tid }),
        text("watch", watch),
      ];
      return new Sample({ locationId: [...locations], value: [hits, traps], label });
    });
    this.put(profile.encode());
  }

  private countOf(hit: PackedHit): Count {
    const locations = this.names.frames(hit).map((frame) => this.location(frame));
    const watch = this.names.spot(hit).name;
    return { thread: this.names.thread(hit), locations, watch, hits: 0, traps: 0 };
  }

  /** Ids count from 1. */
  private location(frame: RecordedFrame): number {
    const calls = callsOf(frame);
    const key = `${frame.path} ${frame.address} ${calls.map(({ name, line }) => `${name}:${line}`)}`;
    return numbered(this.locations, key, (id) => {
      const { Location, Line } = this.library;
      const line = calls.map(({ name, file, line: at, column }) => {
        const functionId = this.functionId(name, frame.symbol ?? name, file ?? "");
        return new Line({ functionId, line: at ?? 0, column: column ?? 0 });
      });
      const mappingId = this.mapping(frame);
      this.profile.location.push(new Location({ id, mappingId, address: frame.address, line }));
    });
  }

  private functionId(name: string, systemName: string, file: string): number {
    return numbered(this.functions, `${name} ${systemName} ${file}`, (id) => {
      const { strings } = this;
      this.profile.function.push(
        new this.library.Function({
          id,
          name: strings.dedup(name),
          systemName: strings.dedup(systemName),
          filename: strings.dedup(file),
        }),
      );
    });
  }

  private mapping({ kind, path, object }: RecordedFrame): number {
    const name = kind === "kernel" ? "[kernel.kallsyms]" : (path ?? object ?? `[${kind}]`);
    return numbered(this.mappings, name, (id) => {
      const filename = this.strings.dedup(name);
      const names = { hasFunctions: true, hasFilenames: true, hasLineNumbers: true };
      this.profile.mapping.push(
        new this.library.Mapping({ id, filename, ...names, hasInlineFrames: true }),
      );
    });
  }
}

function numbered(table: Map<string, number>, key: string, add: (id: number) => void): number {
  const known = table.get(key);
  if (known !== undefined) return known;
  const id = table.size + 1;
  table.set(key, id);
  add(id);
  return id;
}

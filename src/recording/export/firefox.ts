import { type PackedHit, timeOf } from "../hit-run.ts";
import type { RecordedFrame, RecordedThread, RecordingHeader } from "../recorded.ts";
import { type Exporter, type ExportOf, HitNames, type Put, valueIn } from "./exporter.ts";
import { FirefoxThread } from "./firefox-thread.ts";

/** The version of the processed format that is written; the profiler brings older ones up to date. */
const PROCESSED_VERSION = 48;
const GECKO_VERSION = 27;

const CATEGORIES = [
  { name: "Other", color: "grey", subcategories: ["Other"] },
  { name: "User", color: "yellow", subcategories: ["Other"] },
  { name: "Kernel", color: "orange", subcategories: ["Other"] },
  { name: "JavaScript", color: "green", subcategories: ["Other"] },
];

interface Counter {
  readonly pid: number;
  readonly watch: string;
  readonly time: number[];
  /** What was added since the sample before: the profiler draws the sum. */
  readonly count: number[];
  value: number;
}

/**
 * The Firefox Profiler's processed format: a sample and a marker for each hit, the value as a counter
 * for each process and watch.
 */
export class FirefoxProfile implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly threads = new Map<number, FirefoxThread>();
  private readonly counters = new Map<string, Counter>();

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    const of = this.names.thread(hit);
    const thread = this.threads.get(hit.thread) ?? new FirefoxThread(of, categoryOf);
    this.threads.set(hit.thread, thread);
    const spot = this.names.spot(hit);
    const site = this.names.site(hit);
    const [old, now] = [valueIn(hit.oldValue, spot), valueIn(hit.newValue, spot)];
    const time = Number(timeOf(hit) - this.names.since) / 1e6;
    const stack = thread.stack(`${hit.site} ${hit.stack}`, this.names.frames(hit));
    thread.sample(time, stack);
    thread.marker(time, spot.name, {
      ...{ type: "hit", watch: spot.name, old: old?.toString(), new: now?.toString() },
      ...{ instruction: site.culprit?.instruction?.text, traps: hit.repeat },
      cause: { tid: of.tid, time, stack },
    });
    if (now !== undefined) this.count(of, spot.name, { time, value: Number(now) });
  }

  end(): void {
    const threads = [...this.threads.values()];
    const profile = {
      meta: this.meta(),
      libs: [],
      pages: [],
      threads: threads.map((thread) => thread.json()),
      counters: [...this.counters.values()].map(({ pid, watch, time, count }) => ({
        ...{ name: watch, category: "Memory", description: `the value of ${watch}` },
        pid: String(pid),
        mainThreadIndex: Math.max(
          0,
          threads.findIndex((it) => it.of.pid === pid),
        ),
        samples: { time, count, number: time.map(() => 0), length: time.length },
      })),
    };
    this.put(`${JSON.stringify(profile)}\n`);
  }

  private count({ pid }: RecordedThread, watch: string, at: { time: number; value: number }): void {
    const key = `${pid} ${watch}`;
    const counter = this.counters.get(key) ?? { pid, watch, time: [], count: [], value: 0 };
    this.counters.set(key, counter);
    counter.time.push(at.time);
    counter.count.push(at.value - counter.value);
    counter.value = at.value;
  }

  private meta(): object {
    const { trapline, sinceWall, spots } = this.names;
    return {
      ...{ interval: 1, startTime: Date.parse(sinceWall) || 0, processType: 0 },
      ...{ version: GECKO_VERSION, preprocessedProfileVersion: PROCESSED_VERSION },
      ...{ product: `hits on ${spots.map(({ name }) => name).join(", ")}`, stackwalk: 1 },
      ...{ abi: "", misc: "", oscpu: "", platform: "Linux", toolkit: "", debug: false },
      ...{ symbolicated: true, importedFrom: `trapline ${trapline}` },
      categories: CATEGORIES,
      markerSchema: [MARKER_SCHEMA],
      sampleUnits: { time: "ms", eventDelay: "ms", threadCPUDelta: "ns" },
    };
  }
}

/** How the profiler shows the marker of a hit. */
const MARKER_SCHEMA = {
  name: "hit",
  tooltipLabel: "{marker.data.watch}: {marker.data.old} to {marker.data.new}",
  tableLabel: "{marker.data.old} to {marker.data.new} {marker.data.instruction}",
  display: ["marker-chart", "marker-table", "timeline-overview"],
  data: [
    { key: "watch", label: "Watch", format: "string", searchable: true },
    { key: "old", label: "Old value", format: "string" },
    { key: "new", label: "New value", format: "string", searchable: true },
    { key: "instruction", label: "Instruction", format: "string", searchable: true },
    { key: "traps", label: "Traps", format: "integer" },
  ],
};

function categoryOf({ kind, tier }: RecordedFrame): number {
  if (kind === "kernel") return 2;
  if (kind === "jit" || tier !== undefined) return 3;
  return kind === "elf" ? 1 : 0;
}

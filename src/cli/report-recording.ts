import type {
  Damage,
  PackedHit,
  RecordedCoverage,
  RecordedRun,
  RecordedStep,
  RecordedSummary,
  RecordedWatch,
  RecordingHeader,
  Tables,
} from "../recording/index.ts";
import { RecordedWriters } from "../recording/index.ts";
import { FIELDS } from "./fields.ts";
import { JsonView } from "./json-view.ts";
import { LogView } from "./log-view.ts";
import type { TextOutput } from "./output.ts";
import { parseChoice } from "./parse.ts";
import { readRecordingFile } from "./read-recording.ts";
import { pointerKey, RecordedHit, shownRecording } from "./recorded-shown.ts";
import { ModelReporter } from "./report-model.ts";
import { TableView } from "./table-view.ts";
import { UsageError } from "./usage-error.ts";
import type { View } from "./view.ts";

/** How a recording is to be shown; undefined: as the command did that recorded it. */
export interface ReportOptions {
  readonly form: "table" | "log" | "json" | undefined;
  readonly stack: boolean | undefined;
  readonly color: boolean;
  /** What of each writer or hit; undefined: as the command had it. */
  readonly fields?: readonly string[] | undefined;
}

/** Prints what the command that made a recording would have printed. */
export function reportRecording(path: string, options: ReportOptions, output: TextOutput): void {
  let report: WatchReporter | undefined;
  let model: ModelReporter | undefined;
  let run: OpenRun | undefined;
  const damage = readRecordingFile(path, (tables) => ({
    header: (header) => {
      if (header.model === undefined) {
        report = new WatchReporter({ path, header, tables, output, options });
      } else model = new ModelReporter(header, header.model, { output, form: options.form });
    },
    program: (program) => {
      run = { program, steps: [], verdict: undefined };
    },
    step: (step) => run?.steps.push(step),
    verdict: (verdict) => {
      if (run !== undefined) model?.take({ ...run, verdict });
      run = undefined;
    },
    hunt: (hunt) => model?.hunt(hunt),
    hit: (hit) => report?.hit(hit),
    loss: ({ count }) => {
      if (report !== undefined) report.lost += count;
    },
    pointer: ({ pid, address, name }) => report?.pointers.set(pointerKey(pid, address), name),
    summary: (summary) => {
      if (report !== undefined) report.summary = summary;
    },
  }));
  if (model !== undefined) {
    model.end();
    for (const { text } of damage) console.error(`trapline: ${path}: ${text}`);
    return;
  }
  if (report === undefined) {
    throw new UsageError(`${path}: its header is damaged: nothing in it can be told: record again`);
  }
  report.end(damage);
}

/** A program of which the verdict has not come yet. */
type OpenRun = Omit<RecordedRun, "steps"> & { readonly steps: RecordedStep[] };

/** Shows a recorded watch while it is read. */
class WatchReporter {
  readonly pointers = new Map<string, string>();
  summary: RecordedSummary | undefined;
  /** As far as was told while it ran. */
  lost = 0n;
  private readonly view: View;
  private readonly watch: RecordedWatch;
  private readonly tables: Tables;
  private readonly writers: RecordedWriters;
  private hits = 0;
  private traps = 0;
  private shown: RecordedHit | undefined;

  constructor(of: {
    path: string;
    header: RecordingHeader;
    tables: Tables;
    output: TextOutput;
    options: ReportOptions;
  }) {
    const { header, tables, output, options } = of;
    const { watch } = header;
    if (watch === undefined) throw new UsageError(`${of.path}: it is not of a watch`);
    if (options.stack === true && !watch.stacks) {
      throw new UsageError(`${of.path}: -g: it has no call chains: watch with -g to record them`);
    }
    const stack = options.stack ?? watch.stacks;
    this.watch = watch;
    this.tables = tables;
    this.writers = new RecordedWriters(tables, { stacks: stack });
    const form = options.form ?? watch.form;
    const ofForm = form === watch.form ? watch.fields : undefined;
    const fields = options.fields ?? ofForm;
    if (fields !== undefined && form !== "json") {
      for (const name of fields) parseChoice("-F", name, FIELDS[form]);
    }
    this.view = viewOf(form, output, { stack, color: options.color, fields });
    const { trapline } = header;
    this.view.begin(shownRecording(watch, { trapline, pointers: this.pointers }), {
      hits: 0,
      writers: () => this.writers.list(),
    });
  }

  hit(hit: PackedHit): void {
    this.hits += 1;
    this.traps += hit.repeat;
    this.writers.add(hit);
    this.shown ??= new RecordedHit(this.tables, hit);
    this.view.hit(this.shown.of(hit));
  }

  end(damage: readonly Damage[]): void {
    const { hits, traps, summary } = this;
    const coverage = this.coverage(damage);
    this.view.end({
      hits,
      traps,
      writesLeftOut: summary?.writesLeftOut ?? 0,
      writers: this.writers.list(),
      coverage,
      ended: summary?.ended,
    });
  }

  /** What was covered, and what the recording itself does not have. */
  private coverage(damage: readonly Damage[]): RecordedCoverage {
    const { summary, hits } = this;
    const missing = (summary?.hits ?? hits) - hits;
    const gaps = [
      ...damage.map(({ text }) => ({ kind: "recording", text: `the recording: ${text}` })),
      ...(missing === 0
        ? []
        : [
            {
              kind: "recording",
              text: `${missing} hits that were counted are not in the recording`,
            },
          ]),
    ];
    const known = summary?.coverage ?? this.coverageSoFar();
    return { ...known, gaps: [...known.gaps, ...gaps] };
  }

  /** Of a watch whose recording has no end. */
  private coverageSoFar(): RecordedCoverage {
    const { since, strategy, cpus, processes, threads, kernelMode, selfTest, why } = this.watch;
    return {
      ...{ strategy, cpus, processes, threads, kernelMode, selfTest, why },
      sinceNs: since,
      untilNs: this.shown?.time ?? since,
      ...{ threadsBorn: 0, childrenBorn: 0, execs: 0 },
      ...{ lost: this.lost, strangers: 0n, disarmedNs: 0n },
      gaps: [],
    };
  }
}

function viewOf(
  form: "table" | "log" | "json",
  output: TextOutput,
  how: { stack: boolean; color: boolean; fields: readonly string[] | undefined },
): View {
  switch (form) {
    case "json":
      return new JsonView(output, how);
    case "log":
      return new LogView(output, how);
    case "table":
      return new TableView(output, { ...how, live: undefined });
  }
}

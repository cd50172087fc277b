import { HitTable } from "./hit-table.ts";
import { type Damage, RecordingReader } from "./reader.ts";
import type {
  RecordedLife,
  RecordedLoss,
  RecordedPointer,
  RecordedProgram,
  RecordedSite,
  RecordedSource,
  RecordedStack,
  RecordedStep,
  RecordedSummary,
  RecordedSwitch,
  RecordedThread,
  RecordedVerdict,
  RecordedWindow,
  RecordingHeader,
} from "./recorded.ts";

/** A program that was run or explored, its steps, and what came of it. */
export interface RecordedRun {
  readonly program: RecordedProgram;
  readonly steps: readonly RecordedStep[];
  /** Undefined where the recording ends before. */
  readonly verdict: RecordedVerdict | undefined;
}

/** A whole recording in memory. */
export interface Recording {
  /** Undefined where it was damaged: then there is little else. */
  readonly header: RecordingHeader | undefined;
  readonly threads: readonly RecordedThread[];
  readonly sites: readonly RecordedSite[];
  readonly stacks: readonly RecordedStack[];
  readonly hits: HitTable;
  readonly lives: readonly RecordedLife[];
  readonly switches: readonly RecordedSwitch[];
  readonly losses: readonly RecordedLoss[];
  readonly windows: readonly RecordedWindow[];
  readonly pointers: readonly RecordedPointer[];
  readonly sources: readonly RecordedSource[];
  /** Of a watch that came to its end. */
  readonly summary: RecordedSummary | undefined;
  readonly runs: readonly RecordedRun[];
  /** What is missing; known once all was read. */
  readonly damage: readonly Damage[];
}

/** Collects a recording in memory while its bytes come. */
export class RecordingInMemory implements Recording {
  header: RecordingHeader | undefined;
  hits = new HitTable(0n);
  readonly lives: RecordedLife[] = [];
  readonly switches: RecordedSwitch[] = [];
  readonly losses: RecordedLoss[] = [];
  readonly windows: RecordedWindow[] = [];
  readonly pointers: RecordedPointer[] = [];
  readonly sources: RecordedSource[] = [];
  summary: RecordedSummary | undefined;
  readonly runs: {
    program: RecordedProgram;
    steps: RecordedStep[];
    verdict: RecordedVerdict | undefined;
  }[] = [];
  private readonly reader: RecordingReader;

  constructor() {
    this.reader = new RecordingReader({
      header: (header) => this.begin(header),
      hit: (hit) => this.hits.add(hit),
      life: (it) => this.lives.push(it),
      switch: (it) => this.switches.push(it),
      loss: (it) => this.losses.push(it),
      window: (it) => this.windows.push(it),
      pointer: (it) => this.pointers.push(it),
      source: (it) => this.sources.push(it),
      summary: (it) => {
        this.summary = it;
      },
      program: (program) => this.runs.push({ program, steps: [], verdict: undefined }),
      step: (step) => this.runs.at(-1)?.steps.push(step),
      verdict: (verdict) => {
        const run = this.runs.at(-1);
        if (run !== undefined) run.verdict = verdict;
      },
    });
  }

  get threads(): readonly RecordedThread[] {
    return this.reader.tables.threads;
  }

  get sites(): readonly RecordedSite[] {
    return this.reader.tables.sites;
  }

  get stacks(): readonly RecordedStack[] {
    return this.reader.tables.stacks;
  }

  get damage(): readonly Damage[] {
    return this.reader.damage;
  }

  /** Takes the next bytes. Throws RecordingError where they are of no recording. */
  push(bytes: Uint8Array): void {
    this.reader.push(bytes);
  }

  /** There are no more bytes. */
  end(): this {
    this.reader.end();
    return this;
  }

  private begin(header: RecordingHeader): void {
    this.header = header;
    if (this.hits.length === 0) this.hits = new HitTable(header.watch?.since ?? 0n);
  }
}

/** A recording from its bytes. Throws RecordingError where they are of none that can be read. */
export function readRecording(bytes: Uint8Array): Recording {
  const recording = new RecordingInMemory();
  recording.push(bytes);
  return recording.end();
}

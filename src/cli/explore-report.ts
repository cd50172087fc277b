import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, Hunt, HuntOptions, Totals } from "./explore-hunt.ts";
import { exploreFinding, exploreHeader, exploreSummary } from "./explore-json.ts";
import { HuntedKernel } from "./explore-model.ts";
import { findingScenario } from "./explore-scenario.ts";
import { findingText, findingTrace, huntText, progressText } from "./explore-text.ts";
import { huntedOf, huntView } from "./explore-view.ts";
import type { TraceFile } from "./trace-file.ts";
import { UsageError } from "./usage-error.ts";

export interface ReportOptions {
  readonly json: boolean;
  readonly trace: boolean;
  /** Where scenarios are written; undefined: nowhere. */
  readonly out: string | undefined;
  /** How many programs there are, by length. */
  readonly totals: Totals;
  /** Where findings and the end are recorded, besides. */
  readonly traceFile: TraceFile | undefined;
}

const CLEAR_LINE = "\r\x1b[K";
const PROGRESS_MS = 500;

/** Tells of a hunt while it goes on: findings at once, how far it is on a terminal. */
export class ExploreReport {
  readonly #options: ReportOptions;
  readonly #written = new Map<string, number>();
  #told = 0;

  constructor(options: ReportOptions) {
    this.#options = options;
    if (options.out !== undefined) makeFolder(options.out);
  }

  header(options: HuntOptions): void {
    if (this.#options.json) console.log(exploreHeader(huntedOf(options)));
  }

  finding(finding: Finding): void {
    const file = this.#write(finding);
    this.#record(finding, file);
    this.#clear();
    if (this.#options.json) console.log(exploreFinding(finding, file));
    else {
      const trace = this.#options.trace ? findingTrace(finding) : [];
      console.log([...findingText(finding, file), ...trace, ""].join("\n"));
    }
  }

  progress(hunt: Hunt): void {
    if (!process.stderr.isTTY || performance.now() - this.#told < PROGRESS_MS) return;
    this.#told = performance.now();
    const text = progressText(hunt, this.#options.totals);
    process.stderr.write(`${CLEAR_LINE}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  summary(hunt: Hunt, options: HuntOptions): void {
    const { json, totals, traceFile } = this.#options;
    this.#clear();
    const view = huntView(hunt, totals, options);
    const { wanted: _, ...end } = view;
    traceFile?.hunt(end);
    console.log(json ? exploreSummary(view) : huntText(view).join("\n"));
  }

  #record(finding: Finding, file: string | undefined): void {
    const { number, symptom, length, scenario, program, counterexample, violation } = finding;
    const traced = { file: file ?? `finding ${number}`, text: scenario, program };
    const model = new HuntedKernel(program, new Set(), { name: traced.file });
    const failure = { counterexample, violation };
    const about = { number, symptom, length, file };
    this.#options.traceFile?.found(traced, { failure, model }, about);
  }

  #clear(): void {
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  }

  #write(finding: Finding): string | undefined {
    const { out } = this.#options;
    if (out === undefined) return undefined;
    const { property } = finding.counterexample;
    const number = (this.#written.get(property) ?? 0) + 1;
    this.#written.set(property, number);
    const file = join(out, `${property}-${number}.scn`);
    writeFileSync(file, findingScenario(finding));
    return file;
  }
}

function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--out ${out}: it cannot be made: ${reason}`);
  }
}

import type { CheckView } from "../check/index.ts";
import { recordedRunView } from "../check/index.ts";
import type {
  RecordedFinding,
  RecordedHunt,
  RecordedModel,
  RecordedProvoked,
  RecordedRun,
  RecordedSearch,
  RecordingHeader,
} from "../recording/index.ts";
import { checkHeader, checkVerdict } from "./check-json.ts";
import { matrixText } from "./check-matrix.ts";
import { traceText, verdictLine } from "./check-text.ts";
import { exploreFinding, exploreHeader, exploreSummary } from "./explore-json.ts";
import { findingText, findingTrace, huntText } from "./explore-text.ts";
import type { TextOutput } from "./output.ts";
import { headerJson as provokeHeader, provokeJson, provokeText } from "./provoke-text.ts";
import { checkView, findingView, machineOf } from "./recorded-check-view.ts";
import { groupText, type RunOutcome, jsonHeader as runHeader, traceLine } from "./run-text.ts";

/** Prints what a command on scenarios printed, a program at a time. */
export class ModelReporter {
  private readonly model: RecordedModel;
  private readonly output: TextOutput;
  private readonly json: boolean;
  private readonly checks: CheckView[] = [];
  /** Of one program, until all targets have had it. */
  private group: RecordedRun[] = [];

  constructor(
    { source, trapline }: RecordingHeader,
    model: RecordedModel,
    { output, form }: { output: TextOutput; form: "table" | "log" | "json" | undefined },
  ) {
    this.model = model;
    this.output = output;
    this.json = form === undefined ? model.form === "json" : form === "json";
    if (this.json) this.print([headerOf(source, model, trapline)]);
  }

  take(run: RecordedRun): void {
    const { search, finding, provoked } = run.verdict ?? {};
    if (search !== undefined) this.takeCheck(run, search);
    else if (finding !== undefined) this.takeFinding(run, finding);
    else if (provoked !== undefined) this.takeProvoked(run, provoked);
    else if (run.verdict !== undefined) this.takeRun(run);
  }

  end(): void {
    const { designs } = this.model;
    if (!this.json && designs.length > 1) this.print(["", ...matrixText(this.checks, designs)]);
  }

  private takeCheck(run: RecordedRun, search: RecordedSearch): void {
    const view = checkView(run, search);
    this.checks.push(view);
    this.print(this.json ? [checkVerdict(view)] : [verdictLine(view), ...traceText(view)]);
  }

  /** What all programs of an exploration together came to. */
  hunt(hunt: RecordedHunt): void {
    const { explore: wanted } = this.model;
    if (wanted === undefined) return;
    const view = { ...hunt, wanted };
    this.print(this.json ? [exploreSummary(view)] : huntText(view));
  }

  private takeFinding(run: RecordedRun, finding: RecordedFinding): void {
    const view = findingView(run, finding);
    const trace = this.model.form === "trace" ? findingTrace(view) : [];
    this.print(
      this.json
        ? [exploreFinding(view, finding.file)]
        : [...findingText(view, finding.file), ...trace, ""],
    );
  }

  private takeProvoked({ program }: RecordedRun, provoked: RecordedProvoked): void {
    const { seed, broken, ...rest } = provoked;
    const { file, target } = program;
    const machine = { machine: machineOf(program) };
    const about = { file, program: machine, target, seed, result: { ...rest, broken } };
    this.print(this.json ? provokeJson(about) : provokeText(about));
  }

  private takeRun(run: RecordedRun): void {
    this.group.push(run);
    if (this.group.length < this.model.targets.length) return;
    const [first] = this.group;
    const differences = this.group.at(-1)?.verdict?.run?.differences ?? [];
    const outcomes = this.group.map(outcomeOf);
    const steps = this.model.form === "trace" && !this.json ? (first?.steps ?? []) : [];
    const text = groupText(first?.program.file ?? "?", outcomes, { differences, json: this.json });
    this.print([...steps.map(traceLine), ...text]);
    this.group = [];
  }

  private print(lines: readonly string[]): void {
    this.output.write(`${lines.join("\n")}\n`);
  }
}

function headerOf(
  source: RecordingHeader["source"],
  { targets, explore }: RecordedModel,
  trapline: string,
): string {
  if (source === "run") return runHeader(targets, trapline);
  if (source === "provoke") return provokeHeader(targets[0] ?? "?", trapline);
  return explore === undefined ? checkHeader(trapline) : exploreHeader(explore, trapline);
}

function outcomeOf({ program, verdict }: RecordedRun): RunOutcome {
  const { target } = program;
  if (verdict?.notApplicable !== undefined) return { target, why: verdict.notApplicable };
  const none = { verdict: "ok", steps: 0 } as const;
  return { target, view: recordedRunView(program, verdict ?? none) };
}

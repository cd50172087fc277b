import type { CheckView } from "../check/index.ts";
import type {
  RecordedModel,
  RecordedProgram,
  RecordedRun,
  RecordedSearch,
  RecordedStep,
  RecordingHeader,
} from "../recording/index.ts";
import { checkHeader, checkVerdict } from "./check-json.ts";
import { matrixText } from "./check-matrix.ts";
import { traceText, verdictLine } from "./check-text.ts";
import type { TextOutput } from "./output.ts";
import { groupText, jsonHeader, type RunOutcome, traceLine } from "./run-text.ts";
import { recordedRunView } from "./run-view.ts";

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
    if (!this.json) return;
    this.print([source === "run" ? jsonHeader(model.targets, trapline) : checkHeader(trapline)]);
  }

  take(run: RecordedRun): void {
    if (run.verdict?.search !== undefined) this.takeCheck(run, run.verdict.search);
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

function outcomeOf({ program, verdict }: RecordedRun): RunOutcome {
  const { target } = program;
  if (verdict?.notApplicable !== undefined) return { target, why: verdict.notApplicable };
  const none = { verdict: "ok", steps: 0 } as const;
  return { target, view: recordedRunView(program, verdict ?? none) };
}

function checkView({ program, steps, verdict }: RecordedRun, search: RecordedSearch): CheckView {
  const { counterexample, switches, inFileOrder, calm, ...result } = search;
  const violation = verdict?.violation;
  return {
    file: program.file,
    program: { machine: machineOf(program), withoutFixes: program.without },
    result: {
      ...result,
      counterexample: counterexample && {
        ...counterexample,
        moves: counterexample.moves.map(([action = 0, choice = 0]) => ({ action, choice })),
      },
    },
    violation: violation && { ...violation, object: violation.object },
    trace: steps.map(traceOf),
    ...{ switches, inFileOrder, calm },
  };
}

function machineOf({ arch, design, cpus }: RecordedProgram) {
  return { arch, design, cpus };
}

/** A step without what only the recording has. */
function traceOf({ cpu, task, fn, label, slots, locks, stepping, lost }: RecordedStep) {
  return { cpu, task, fn, label, slots, locks, stepping, lost };
}

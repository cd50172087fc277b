import { basename } from "node:path";
import { explorableProgram } from "../conform/index.ts";
import type { Move } from "../explore/index.ts";
import {
  boot,
  type ExplorableKernel,
  type Kernel,
  ObjectChanges,
  objectKinds,
} from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import {
  type RecordedModel,
  type RecordedRunResult,
  type RecordedSearch,
  type RecordedVerdict,
  type RecordedViolation,
  RecordingWriter,
} from "../recording/index.ts";
import type { Program } from "../scenario/index.ts";
import { livesOf, recordTrace, traceStep } from "./check-trace.ts";
import { type CheckView, verdictOf } from "./check-view.ts";
import { RecordingFile } from "./recording-file.ts";
import type { RunView } from "./run-view.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** A program as a command has it: where it was read, and its text. */
export interface TracedProgram {
  readonly file: string;
  /** The whole text of the scenario. */
  readonly text: string;
  readonly program: Program;
}

/** Records programs that are run, checked, explored or provoked, and what comes of them. */
export class TraceFile implements Disposable {
  private readonly file: RecordingFile;
  private readonly writer: RecordingWriter;
  private changes = new ObjectChanges();
  private lives: ReadonlySet<string> = new Set();

  constructor(path: string, source: "run" | "check" | "explore" | "provoke", model: RecordedModel) {
    this.file = new RecordingFile(path, "--trace-file");
    const header = { source, trapline: version(), model };
    this.writer = new RecordingWriter(header, (bytes) => this.file.put(bytes));
    process.once("exit", this.closing);
  }

  /** Begins a program on a target. On the model its objects are recorded as they are at first. */
  begin(traced: TracedProgram, target: string): void {
    this.beginOn(traced, target, target === "model" ? boot(traced.program) : undefined);
  }

  /** A step of the program that began last, as it happens. */
  readonly step = (done: Done, kernel: Kernel): void => {
    const after = livesOf(kernel);
    const lost = [...this.lives].filter((it) => !after.has(it)).map((it) => `${it} is gone`);
    this.lives = after;
    const objects = this.changes.look(kernel);
    this.writer.step({ ...traceStep(done, kernel), lost, taskId: done.task, objects });
  };

  /** What came of a program that was run statement by statement. */
  ran(view: RunView, differences: RecordedRunResult["differences"] = []): void {
    const { statements, checks, violation, steps, ok } = view;
    this.verdict({
      ...{ verdict: ok ? "ok" : "fail", steps, violation },
      run: { statements, checks, differences },
    });
  }

  /** A program that a target has no place for. */
  notApplicable(why: string): void {
    this.verdict({ verdict: "ok", steps: 0, notApplicable: why });
  }

  /** A program that was explored, with its counterexample's steps done again. */
  checked(traced: TracedProgram, view: CheckView): void {
    const model = explorableProgram(traced.program, basename(traced.file));
    this.beginOn(traced, "model", model.kernel);
    const moves = view.result.counterexample?.moves ?? [];
    this.replay(model, moves);
    this.verdict({
      verdict: verdictOf(view),
      steps: moves.length,
      violation: violationOf(view),
      search: searchOf(view),
    });
  }

  [Symbol.dispose](): void {
    process.off("exit", this.closing);
    this.closing();
    const { failure, path } = this.file;
    if (failure !== undefined) {
      throw new UsageError(`--trace-file ${path}: ${failure}: the recording ends early`);
    }
  }

  private beginOn({ file, text, program }: TracedProgram, target: string, kernel?: Kernel): void {
    this.changes = new ObjectChanges();
    this.lives = kernel === undefined ? new Set() : livesOf(kernel);
    const { arch, design, cpus } = program.machine;
    this.writer.program({
      ...{ file, scenario: text, target, arch, design, cpus, without: program.withoutFixes },
      actors: kernel?.program.actors ?? program.tasks.map(({ name }) => name),
      kinds: kernel === undefined ? [] : objectKinds(kernel),
      objects: kernel === undefined ? [] : this.changes.look(kernel),
    });
  }

  private replay(model: ExplorableKernel, moves: readonly Move[]): void {
    recordTrace(model, moves, (step, { task }, { action, choice }) => {
      const objects = this.changes.look(model.kernel);
      this.writer.step({ ...step, taskId: task, objects, action, choice });
    });
  }

  private verdict(verdict: RecordedVerdict): void {
    this.writer.verdict(verdict);
    this.writer.flush();
  }

  private readonly closing = (): void => {
    this.writer.flush();
    this.file.close();
  };
}

function violationOf({ violation, result }: CheckView): RecordedViolation | undefined {
  const { counterexample } = result;
  if (counterexample === undefined) return undefined;
  const { property, what } = counterexample;
  const object = violation?.object;
  return {
    ...{ property, message: what, chain: violation?.chain ?? [] },
    object: object === undefined ? undefined : { record: object.record, id: object.id },
  };
}

function searchOf({ result, switches, inFileOrder, calm }: CheckView): RecordedSearch {
  const { verdict, states, transitions, depth, seconds, bounds, method, omission } = result;
  const { counterexample, unreached } = result;
  return {
    ...{ verdict, states, transitions, depth, seconds, bounds, method, omission, unreached },
    ...{ switches, inFileOrder },
    calm: calm === undefined ? undefined : { verdict: calm.verdict, states: calm.states },
    counterexample: counterexample && {
      property: counterexample.property,
      what: counterexample.what,
      isShortest: counterexample.isShortest,
      moves: counterexample.moves.map(({ action, choice }) => [action, choice]),
    },
  };
}

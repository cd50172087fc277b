import {
  boot,
  type ExplorableKernel,
  type Kernel,
  lockWaits,
  ObjectChanges,
  objectKinds,
} from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type {
  RecordedProgram,
  RecordedRunResult,
  RecordedSearch,
  RecordedStep,
  RecordedVerdict,
  RecordedViolation,
} from "../recording/index.ts";
import type { Program } from "../scenario/index.ts";
import { explorableProgram } from "./explorable-program.ts";
import type { RunView } from "./run-view.ts";
import { livesOf, recordTrace, traceStep } from "./trace.ts";
import { type CheckView, verdictOf } from "./view.ts";

/** A program as whoever runs it has it: where it was read, and its text. */
export interface TracedProgram {
  readonly file: string;
  /** The whole text of the scenario. */
  readonly text: string;
  readonly program: Program;
}

/** Where the records of a program go: into a file, or to a page. */
export interface TraceSink {
  program(it: RecordedProgram): void;
  step(it: RecordedStep): void;
  verdict(it: RecordedVerdict): void;
}

/** A failure as it was found, whatever looked for it. */
export type FoundFailure = Pick<RecordedCheckView, "violation"> & {
  readonly counterexample: CheckView["result"]["counterexample"];
};

/** What a check came to, as far as a recording has it. */
export type RecordedCheckView = Omit<CheckView, "trace" | "program" | "file">;

/** Makes records of programs that are run or explored, with what each step did to each object. */
export class TraceRecorder {
  readonly #sink: TraceSink;
  #changes = new ObjectChanges();
  #lives: ReadonlySet<string> = new Set();

  constructor(sink: TraceSink) {
    this.#sink = sink;
  }

  /** Begins a program on a target. On the model its objects are recorded as they are at first. */
  begin(traced: TracedProgram, target: string): void {
    this.#beginOn(traced, target, target === "model" ? boot(traced.program) : undefined);
  }

  /** A step of the program that began last, as it happens. */
  step(done: Done, kernel: Kernel): void {
    const after = livesOf(kernel);
    const lost = [...this.#lives].filter((it) => !after.has(it)).map((it) => `${it} is gone`);
    this.#lives = after;
    const objects = this.#changes.look(kernel);
    const its = { lost, taskId: done.task, objects, waits: waitsOf(kernel) };
    this.#sink.step({ ...traceStep(done, kernel), ...its });
  }

  /** A program that was explored, with its counterexample's steps done again. */
  checked(traced: TracedProgram, view: RecordedCheckView): void {
    const { violation, result } = view;
    const failure = { violation, counterexample: result.counterexample };
    const came = { verdict: verdictOf(view), search: searchOf(view) };
    this.explored(traced, { failure, model: modelOf(traced) }, came);
  }

  /** What came of a program that was run statement by statement. */
  ran(view: RunView, differences: RecordedRunResult["differences"] = []): void {
    const { statements, checks, violation, steps, ok } = view;
    this.#sink.verdict({
      ...{ verdict: ok ? "ok" : "fail", steps, violation },
      run: { statements, checks, differences },
    });
  }

  /** The steps of a failure on a fresh model, and all else that came of the program. */
  explored(
    traced: TracedProgram,
    { failure, model }: { failure: FoundFailure; model: ExplorableKernel },
    came: Omit<RecordedVerdict, "steps" | "violation">,
  ): void {
    this.#beginOn(traced, "model", model.kernel);
    const moves = failure.counterexample?.moves ?? [];
    recordTrace(model, moves, (step, { task }, { action, choice }) => {
      const objects = this.#changes.look(model.kernel);
      const waits = waitsOf(model.kernel);
      this.#sink.step({ ...step, taskId: task, objects, waits, action, choice });
    });
    this.#sink.verdict({ ...came, steps: moves.length, violation: violationOf(failure) });
  }

  #beginOn({ file, text, program }: TracedProgram, target: string, kernel?: Kernel): void {
    this.#changes = new ObjectChanges();
    this.#lives = kernel === undefined ? new Set() : livesOf(kernel);
    const { arch, design, cpus } = program.machine;
    this.#sink.program({
      ...{ file, scenario: text, target, arch, design, cpus, without: program.withoutFixes },
      actors: kernel?.program.actors ?? program.tasks.map(({ name }) => name),
      kinds: kernel === undefined ? [] : objectKinds(kernel),
      objects: kernel === undefined ? [] : this.#changes.look(kernel),
    });
  }
}

/** Nothing is written where nobody waits, as is so nearly always. */
function waitsOf(kernel: Kernel): RecordedStep["waits"] {
  const waits = lockWaits(kernel);
  return waits.length === 0 ? undefined : waits;
}

function modelOf({ file, program }: TracedProgram): ExplorableKernel {
  return explorableProgram(program, file.slice(file.lastIndexOf("/") + 1));
}

function violationOf({ violation, counterexample }: FoundFailure): RecordedViolation | undefined {
  if (counterexample === undefined) return undefined;
  const { property, what } = counterexample;
  const object = violation?.object;
  return {
    ...{ property, message: what, chain: violation?.chain ?? [] },
    object: object === undefined ? undefined : { record: object.record, id: object.id },
  };
}

function searchOf(view: RecordedCheckView): RecordedSearch {
  const { result, switches, inFileOrder, calm } = view;
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

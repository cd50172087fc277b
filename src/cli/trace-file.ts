import { type RecordedCheckView, type TracedProgram, TraceRecorder } from "../check/index.ts";
import type { ExplorableKernel, Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import {
  type RecordedModel,
  type RecordedRunResult,
  type RecordedVerdict,
  RecordingWriter,
} from "../recording/index.ts";
import { RecordingFile } from "./recording-file.ts";
import type { RunView } from "./run-view.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** Records programs that are run, checked, explored or provoked, and what comes of them. */
export class TraceFile implements Disposable {
  private readonly file: RecordingFile;
  private readonly writer: RecordingWriter;
  private readonly recorder: TraceRecorder;

  constructor(path: string, source: "run" | "check" | "explore" | "provoke", model: RecordedModel) {
    this.file = new RecordingFile(path, "--trace-file");
    const header = { source, trapline: version(), model };
    this.writer = new RecordingWriter(header, (bytes) => this.file.put(bytes));
    this.recorder = new TraceRecorder({
      program: (it) => this.writer.program(it),
      step: (it) => this.writer.step(it),
      verdict: (it) => this.verdict(it),
    });
    process.once("exit", this.closing);
  }

  /** Begins a program on a target. On the model its objects are recorded as they are at first. */
  begin(traced: TracedProgram, target: string): void {
    this.recorder.begin(traced, target);
  }

  /** A step of the program that began last, as it happens. */
  readonly step = (done: Done, kernel: Kernel): void => this.recorder.step(done, kernel);

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

  /** A program that was explored; `fresh` is its model, if it is not the one that check has. */
  checked(traced: TracedProgram, view: RecordedCheckView, fresh?: ExplorableKernel): void {
    this.recorder.checked(traced, view, fresh);
  }

  [Symbol.dispose](): void {
    process.off("exit", this.closing);
    this.closing();
    const { failure, path } = this.file;
    if (failure !== undefined) {
      throw new UsageError(`--trace-file ${path}: ${failure}: the recording ends early`);
    }
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

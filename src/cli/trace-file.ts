import type { RunView } from "../check/index.ts";
import {
  type FoundFailure,
  type RecordedCheckView,
  type TracedProgram,
  TraceRecorder,
} from "../check/index.ts";
import type { ExplorableKernel, Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import {
  type RecordedHunt,
  type RecordedModel,
  type RecordedProvoked,
  type RecordedRunResult,
  type RecordedVerdict,
  RecordingWriter,
} from "../recording/index.ts";
import { RecordingFile } from "./recording-file.ts";
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
    this.recorder.ran(view, differences);
  }

  /** A program that a target has no place for. */
  notApplicable(why: string): void {
    this.verdict({ verdict: "ok", steps: 0, notApplicable: why });
  }

  checked(traced: TracedProgram, view: RecordedCheckView): void {
    this.recorder.checked(traced, view);
  }

  /** A program that was found to fail among many. */
  found(
    traced: TracedProgram,
    found: { failure: FoundFailure; model: ExplorableKernel },
    finding: RecordedVerdict["finding"],
  ): void {
    this.recorder.explored(traced, found, { verdict: "fail", finding });
  }

  /** A program whose races were provoked on a target. */
  provoked(traced: TracedProgram, target: string, provoked: RecordedProvoked): void {
    this.recorder.begin(traced, target);
    const { outcomes, complaints, broken } = provoked;
    const isClean = outcomes.every(({ ok }) => ok) && complaints.length === 0;
    const verdict = isClean && broken === undefined ? "ok" : "fail";
    this.verdict({ verdict, steps: 0, provoked });
  }

  /** What all programs together came to. */
  hunt(hunt: RecordedHunt): void {
    this.writer.hunt(hunt);
    this.writer.flush();
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

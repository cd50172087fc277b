import { RecordingWriter } from "../recording/index.ts";
import { Recorder, recordedWatch, type Session, type WatchReport } from "../watch/index.ts";
import { pointerNames } from "./pointer-names.ts";
import type { RecordingFile } from "./recording-file.ts";
import { version } from "./version.ts";

/** What is not in the file yet is at most so old. */
const FLUSH_MS = 250;

interface HowShown {
  readonly stack: boolean;
  readonly form: "table" | "log" | "json";
  readonly fields: readonly string[] | undefined;
  readonly sinceWall: string;
}

/** Records a watch into a file while it runs. */
export class WatchRecording {
  readonly sink: Recorder;
  private readonly writer: RecordingWriter;
  private readonly file: RecordingFile;
  private flushedMs = performance.now();

  constructor(file: RecordingFile, session: Session, how: HowShown) {
    const { stack, form, fields, sinceWall } = how;
    this.file = file;
    const watch = recordedWatch(session, { stacks: stack, form, fields, sinceWall });
    const header = { source: "watch", trapline: version(), watch } as const;
    this.writer = new RecordingWriter(header, (bytes) => file.put(bytes));
    this.sink = new Recorder(session, this.writer, {
      stacks: stack,
      pointerName: (pid, address) => pointerNames(session, pid).symbolOf?.(address),
    });
    // A second Ctrl-C leaves at once, as an error of ours does: what is there is kept.
    process.once("exit", () => this.close());
  }

  /** Writing failed: there is no point in going on. */
  get failure(): string | undefined {
    return this.file.failure;
  }

  tick(): void {
    const now = performance.now();
    if (now - this.flushedMs < FLUSH_MS) return;
    this.flushedMs = now;
    this.writer.flush();
  }

  end(report: WatchReport): void {
    this.sink.end(report);
    this.close();
  }

  private close(): void {
    this.writer.flush();
    this.file.close();
  }
}

import type { RecordedWriter } from "../recording/index.ts";
import type { Shown, ShownHit, ShownReport } from "./shown.ts";

/** What has been counted so far. */
export interface Progress {
  readonly hits: number;
  writers(): readonly RecordedWriter[];
}

/** How a watch, or the recording of one, is shown. */
export interface View {
  /** The registers are armed. */
  begin(shown: Shown, progress: Progress): void;
  /** One access, in the order of time; `hit` is valid during the call only. */
  hit(hit: ShownHit): void;
  /** Some time has gone by: a terminal may be refreshed. */
  tick(): void;
  end(report: ShownReport): void;
}

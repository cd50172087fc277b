import type { RawHit, Session, WatchReport, Writers } from "../watch/index.ts";

/** How a watch is shown while it runs and when it ends. */
export interface View {
  /** The registers are armed. `writers` are counted as the hits come. */
  begin(session: Session, writers: Writers): void;
  /** One access, in the order of time; `hit` is valid during the call only. */
  hit(hit: RawHit): void;
  /** Some time has gone by: a terminal may be refreshed. */
  tick(): void;
  end(report: WatchReport): void;
}

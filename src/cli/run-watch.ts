import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type HitSink,
  openSession,
  type RawHit,
  type Session,
  WatchError,
  type WatchErrorKind,
  type WatchOptions,
  type WatchReport,
  type Writers,
  writersOf,
} from "../watch/index.ts";
import { describeSpot, formatNumber } from "../wording/index.ts";
import { EXIT } from "./exit-codes.ts";
import { LiveHit, shownSession } from "./live-shown.ts";
import { Output } from "./output.ts";
import type { RecordingFile } from "./recording-file.ts";
import type { Shown } from "./shown.ts";
import type { View } from "./view.ts";
import type { WatchPage } from "./watch-page.ts";
import type { WatchRecording } from "./watch-recording.ts";

/** How the result is shown, and what the exit status is to be. */
export interface Display {
  readonly form: "table" | "log" | "json";
  /** Those to show; undefined for all. */
  readonly fields: readonly string[] | undefined;
  readonly stack: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** What makes the status 1 that would be 0 otherwise. */
  readonly failOn: "hit" | "no-hit" | undefined;
  readonly color: boolean;
  /** End with our own status, not with the launched command's. */
  readonly ownStatus: boolean;
  /** The file to record to. */
  readonly recordTo: string | undefined;
  /** Where a browser can see it while it runs. */
  readonly page: { readonly port: number | undefined } | undefined;
}

/** How often the rings are looked at. At 100,000 hits a second, 2,000 wait by then. */
const POLL_MS = 20;
/** Hits between two looks at the output, so that it is flushed while they come. */
const BATCH = 1 << 16;

/** Runs a watch to its end and shows it. Resolves to the exit status. */
export async function runWatch(options: WatchOptions, display: Display): Promise<number> {
  // The table shows neither instructions nor single hits: what they cost can be saved.
  const recorded = display.recordTo !== undefined || display.page !== undefined;
  const details = display.form !== "table" || display.stack || recorded;
  const page = await pageOf(display);
  const file = page?.file ?? (await recordingFile(display));
  const session = open({
    repeats: details,
    instructions: details,
    values: display.form !== "table" || recorded,
    ...options,
  });
  if (session instanceof WatchError) {
    if (page === undefined) file?.close();
    else await page.cancel();
    console.error(`trapline: ${session.message}`);
    return session.exitCode ?? STATUS[session.kind];
  }
  using running = session;
  const launched = running.parts.launched?.child;
  const ended = launched === undefined ? undefined : endOf(launched);
  const output = new Output();
  const signals = stopOnSignals(running);
  const live = isLive(display, launched !== undefined);
  if (!display.quiet && display.form !== "json" && !live) announce(running);
  if (display.verbose) await explain(running);
  const shown = shownSession(running);
  const { sinceWall } = shown;
  const recording = await recordingOf(running, file, { ...display, sinceWall });
  await page?.open();
  const view = await viewOf({ ...display, live }, output);
  const writers = writersOf(running, display.stack);
  const report = await watchToEnd(running, { view, writers, output, shown, recording });
  if (page !== undefined) {
    signals.abort(); // from here on they end the page
    await page.end({ byHand: report.ended === "stopped" });
  }
  if (recording?.failure !== undefined) {
    console.error(
      `trapline: -o ${file?.path}: ${recording.failure}: the recording ends early: make room and watch again`,
    );
    return EXIT.failed;
  }
  if (output.failure !== undefined) {
    console.error(`trapline: write the result: ${output.failure}: see to where the output goes`);
    return EXIT.failed;
  }
  const outlived = report.ended !== "targets-ended" && report.ended !== "stopped";
  if (launched === undefined || ended === undefined || outlived || display.ownStatus) {
    launched?.unref(); // it runs on; it is not ours to end
    return statusOf(report, display);
  }
  const status = await ended;
  return status === EXIT.ok ? statusOf(report, display) : status;
}

/** Ours, when nothing else went wrong. Says why it is not 0. */
function statusOf({ hits }: WatchReport, { failOn }: Display): number {
  const failed = failOn === "hit" ? hits > 0 : failOn === "no-hit" && hits === 0;
  if (!failed) return EXIT.ok;
  console.error(`trapline: ${formatNumber(hits, "hit")}: status 1, for --fail-on-${failOn}`);
  return EXIT.failed;
}

/** A status for each kind of refusal: only a wrong request is wrong usage. */
export const STATUS: Readonly<Record<WatchErrorKind, number>> = {
  usage: EXIT.usage,
  target: EXIT.failed,
  denied: EXIT.failed,
  busy: EXIT.failed,
  machine: EXIT.failed,
  command: EXIT.failed,
};

function open(options: WatchOptions): Session | WatchError {
  try {
    return openSession(options);
  } catch (error) {
    if (error instanceof WatchError) return error;
    throw error;
  }
}

/** A launched command writes to the same terminal: a table between its lines would be torn. */
function isLive({ form }: Display, launched: boolean): boolean {
  const terminal = process.stdout.isTTY === true && process.env.TERM !== "dumb";
  return form === "table" && terminal && !launched;
}

/** Says at once that the registers are armed: from here on nothing is missed. */
function announce({ parts }: Session): void {
  console.error(`trapline: watching ${parts.spots.map(describeSpot).join(", ")}: Ctrl-C ends`);
}

/** Says on standard error how it is armed. */
async function explain(session: Session): Promise<void> {
  const { explanation } = await import("./explanation.ts");
  for (const line of explanation(session)) console.error(`trapline: ${line}`);
}

/** Views are loaded when the registers are armed: the hits wait in the rings meanwhile. */
async function viewOf(display: Display & { live: boolean }, output: Output): Promise<View> {
  switch (display.form) {
    case "json": {
      const { JsonView } = await import("./json-view.ts");
      return new JsonView(output, display);
    }
    case "log": {
      const { LogView } = await import("./log-view.ts");
      return new LogView(output, display);
    }
    case "table": {
      const { TableView } = await import("./table-view.ts");
      const live = display.live ? (await import("log-update")).default : undefined;
      return new TableView(output, { ...display, live });
    }
  }
}

/** Opened before anything is armed: a wrong name is told at once. */
async function recordingFile({ recordTo }: Display): Promise<RecordingFile | undefined> {
  if (recordTo === undefined) return undefined;
  const { RecordingFile } = await import("./recording-file.ts");
  return new RecordingFile(recordTo, "-o");
}

/** Made ready before anything is armed, too. */
async function pageOf({ page, recordTo }: Display): Promise<WatchPage | undefined> {
  if (page === undefined) return undefined;
  const { WatchPage } = await import("./watch-page.ts");
  return await WatchPage.prepare({ recordTo, port: page.port });
}

async function recordingOf(
  session: Session,
  file: RecordingFile | undefined,
  how: Display & { readonly sinceWall: string },
): Promise<WatchRecording | undefined> {
  if (file === undefined) return undefined;
  const { WatchRecording } = await import("./watch-recording.ts");
  return new WatchRecording(file, session, how);
}

interface Watching {
  readonly view: View;
  readonly writers: Writers;
  readonly output: Output;
  readonly shown: Shown;
  readonly recording: WatchRecording | undefined;
}

/** Who is told of hits: the writers, then whoever looks at them. */
function sinkOf(
  session: Session,
  { view, writers, recorder }: { view: View; writers: Writers; recorder: HitSink | undefined },
): HitSink {
  let shown: LiveHit | undefined;
  const show = (hit: RawHit) => {
    writers.add(hit);
    shown ??= new LiveHit(session, hit);
    view.hit(shown.of(hit));
  };
  if (recorder === undefined) return { hit: show, forget: (tid) => writers.forget(tid) };
  return {
    hit: (hit) => {
      show(hit);
      recorder.hit(hit);
    },
    forget: (tid) => {
      writers.forget(tid);
      recorder.forget?.(tid);
    },
    life: (record, time) => recorder.life?.(record, time),
    lost: (count, cpu) => recorder.lost?.(count, cpu),
    paused: (from, to) => recorder.paused?.(from, to),
  };
}

async function watchToEnd(
  session: Session,
  { view, writers, output, shown, recording }: Watching,
): Promise<WatchReport> {
  const sink = sinkOf(session, { view, writers, recorder: recording?.sink });
  view.begin(shown, {
    get hits() {
      return session.hits;
    },
    writers: () => writers.list(),
  });
  while (session.ended === undefined) {
    const more = session.drain(sink, BATCH);
    view.tick();
    recording?.tick();
    output.flush();
    if (output.broken || recording?.failure !== undefined) session.stop();
    await sleep(more ? 0 : POLL_MS);
  }
  const coverage = session.finish(sink);
  const report: WatchReport = {
    hits: session.hits,
    traps: session.traps,
    writesLeftOut: session.writesLeftOut,
    writers: writers.list(),
    coverage,
    ended: session.ended,
  };
  recording?.end(report);
  view.end(report);
  output.flush();
  await sleep(0); // an error of the last write is told after it
  return report;
}

/** The first signal ends the watch and shows what was found; the second leaves at once. */
function stopOnSignals(session: Session): AbortController {
  const until = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const stop = () => {
      if (session.ended !== undefined) process.exit(EXIT.signal + constants.signals[signal]);
      session.stop();
    };
    process.on(signal, stop);
    until.signal.addEventListener("abort", () => process.off(signal, stop));
  }
  return until;
}

/** The launched command's exit status, as a shell would tell it. */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(code ?? EXIT.signal + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

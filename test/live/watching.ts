import { type Hit, type WatchOptions, type WatchReport, watch } from "../../src/index.ts";

/** All that a watch said, once it has ended. */
export interface Watched {
  readonly hits: readonly Hit[];
  readonly report: WatchReport;
}

/**
 * Watches while `during` runs. The watch ends by itself when its targets do, as most tests have it;
 * `during` may also call `stop`.
 */
export async function watching(
  options: WatchOptions,
  during: (running: {
    stop(): void;
    pid: number | undefined;
    hits: readonly Hit[];
  }) => Promise<unknown> | unknown,
): Promise<Watched> {
  using running = watch(options);
  const hits: Hit[] = [];
  const reading = (async () => {
    for await (const hit of running) hits.push(hit);
  })();
  await during({ stop: () => running.stop(), pid: running.pid, hits });
  await reading;
  return { hits, report: running.report() };
}

/** What must be right in every exact result, whatever was watched. */
export interface Counted {
  readonly user: number;
  readonly kernel: number;
  readonly lost: number;
}

/**
 * The count, by mode. Throws unless the parts of the result agree: hits one by one, their number,
 * and the table of writers; and unless time never runs backwards.
 */
export function counted({ hits, report }: Watched): Counted {
  const sum = report.writers.reduce((total, writer) => total + writer.count, 0);
  if (report.hits !== hits.length || sum !== hits.length) {
    throw new Error(`${hits.length} hits, ${report.hits} reported, ${sum} in the table`);
  }
  const backwards = hits.findIndex(({ time }, i) => time < (hits[i - 1]?.time ?? 0n));
  if (backwards >= 0) throw new Error(`hit ${backwards} is older than the one before it`);
  const { sinceNs, untilNs, gaps, lost } = report.coverage;
  const outside = hits.find(({ time }) => time < sinceNs || time > untilNs);
  if (outside !== undefined) throw new Error(`a hit at ${outside.time} is not within the watch`);
  const unsure = gaps.filter(({ kind }) => UNSURE.has(kind));
  if (unsure.length > 0) throw new Error(unsure.map(({ text }) => text).join("; "));
  const kernel = hits.filter(({ mode }) => mode === "kernel").length;
  return { user: hits.length - kernel, kernel, lost: Number(lost) };
}

/** Gaps that an exact count must not have. */
const UNSURE = new Set(["undecided", "unaccounted", "records-lost", "stranger-reuse", "nested"]);

/** `counted` of `user` accesses and nothing else. */
export function allOf(user: number): Counted {
  return { user, kernel: 0, lost: 0 };
}

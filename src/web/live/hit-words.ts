import type { RecordedSpot, RecordedThread, RecordingInMemory } from "../../recording/index.ts";
import { fileName, formatCount, formatValue } from "../../wording/index.ts";
import type { LiveView } from "./live-view.ts";
import type { Writer } from "./writers.ts";

/** `1.234567 s` since the watch began; what is shorter than a millisecond in `µs`. */
export function formatMoment(ns: number): string {
  return ns === 0 || ns >= 1e6 ? `${(ns / 1e9).toFixed(6)} s` : `${(ns / 1e3).toFixed(3)} µs`;
}

/** A hit in words, and in parts of them. */
export interface HitWords {
  readonly at: number;
  readonly time: string;
  readonly thread: RecordedThread | undefined;
  readonly cpu: number;
  readonly writer: Writer | undefined;
  readonly spot: RecordedSpot | undefined;
  /** Undefined where no value was recorded. */
  readonly value: { readonly old: string | undefined; readonly now: string } | undefined;
  /** The values were found out from the instruction. */
  readonly isRebuilt: boolean;
}

export function wordsOf(view: LiveView, at: number): HitWords {
  const { recording } = view.opened;
  const { hits } = recording;
  const thread = recording.threads[hits.threads[at] ?? 0];
  const writer = view.model.writers.list[view.model.writers.ofHit.items[at] ?? 0];
  const spot = view.spots[writer?.site.spot ?? -1];
  const pid = thread?.pid ?? 0;
  const [old, now] = [hits.oldValue(at), hits.newValue(at)];
  const text = (value: bigint) => valueText(recording, { spot, pid, value });
  return {
    ...{
      at,
      time: formatMoment(hits.times[at] ?? 0),
      thread,
      cpu: hits.cpus[at] ?? 0,
      writer,
      spot,
    },
    value:
      now === undefined
        ? undefined
        : { old: old === undefined ? undefined : text(old), now: text(now) },
    isRebuilt: ((hits.flags[at] ?? 0) & 4) !== 0,
  };
}

/** As its type has it, pointers by what they point to. */
function valueText(
  { pointers }: RecordingInMemory,
  of: { spot: RecordedSpot | undefined; pid: number; value: bigint },
): string {
  const { spot, pid, value } = of;
  return formatValue(value, spot ?? { length: 8 }, {
    symbolOf: (address) => pointers.find((it) => it.pid === pid && it.address === address)?.name,
  });
}

/** What a screen reader says of a hit. */
export function sentenceOf(words: HitWords, count: number): string {
  const { at, time, thread, cpu, writer, value } = words;
  const change = value === undefined ? "" : `, ${value.old ?? "unknown"} to ${value.now}`;
  return `Hit ${formatCount(at + 1)} of ${formatCount(count)}, ${time}, ${thread?.comm ?? "?"} ${
    thread?.tid ?? ""
  } on CPU ${cpu}, ${writer?.code ?? "?"}${change}`;
}

/** `rows.c:12` */
export function placeText(file: string, line: number): string {
  return `${fileName(file)}:${line}`;
}

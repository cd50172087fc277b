import {
  type Damage,
  pairWriters,
  type RecordedSummary,
  type RecordedWatch,
  type RecordedWriter,
  RecordedWriters,
  type WriterPair,
} from "../recording/index.ts";
import {
  formatAccess,
  formatCount,
  formatNumber,
  formatObject,
  formatSeconds,
} from "../wording/index.ts";
import { toJson } from "./json-view.ts";
import { Output } from "./output.ts";
import { readRecordingFile } from "./read-recording.ts";
import { textTable } from "./text-table.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** A recording as far as it is compared. */
interface Side {
  readonly path: string;
  readonly watch: RecordedWatch;
  readonly summary: RecordedSummary | undefined;
  readonly writers: readonly RecordedWriter[];
  readonly hits: number;
  readonly lastNs: bigint;
  readonly damage: readonly Damage[];
}

/** Prints what is different between two recordings. True if anything is. */
export function diffRecordings(
  before: string,
  after: string,
  { json }: { json: boolean },
): boolean {
  const sides = [readSide(before), readSide(after)] as const;
  const [a, b] = sides;
  const pairs = pairWriters(a.writers, b.writers, (side, spot) =>
    spotName(side === "before" ? a.watch : b.watch, spot),
  );
  const output = new Output();
  const lines = json ? jsonLines(sides, pairs) : textLines(sides, pairs);
  output.write(`${lines.join("\n")}\n`);
  output.flush();
  return pairs.some(isDifferent);
}

function readSide(path: string): Side {
  let watch: RecordedWatch | undefined;
  let summary: RecordedSummary | undefined;
  let writers: RecordedWriters | undefined;
  let hits = 0;
  const damage = readRecordingFile(path, (tables) => {
    const counted = new RecordedWriters(tables, { stacks: false });
    writers = counted;
    return {
      header: (header) => {
        watch ??= header.watch;
      },
      hit: (hit) => {
        hits += 1;
        counted.add(hit);
      },
      summary: (it) => {
        summary = it;
      },
    };
  });
  if (watch === undefined) throw new UsageError(`${path}: it is not of a watch`);
  const list = writers?.list() ?? [];
  const lastNs = latest([watch.since, ...list.map((it) => it.lastNs)]);
  return { path, watch, summary, writers: list, hits, lastNs, damage };
}

function latest(times: readonly bigint[]): bigint {
  return times.toSorted((a, b) => (a < b ? 1 : -1))[0] ?? 0n;
}

function spotName({ spots }: RecordedWatch, spot: number): string {
  return spots[spot]?.name ?? "?";
}

function isDifferent({ before, after }: WriterPair): boolean {
  return before?.count !== after?.count;
}

const COLUMNS = [
  { title: "", align: "left" },
  { title: "BEFORE", align: "right" },
  { title: "AFTER", align: "right" },
  { title: "CHANGE", align: "right" },
  { title: "WHO", align: "left", shrinks: true },
  { title: "CODE", align: "left", shrinks: true },
  { title: "OBJECT", align: "left", shrinks: true },
  { title: "WATCH", align: "left", shrinks: true },
] as const;

function textLines(sides: readonly [Side, Side], pairs: readonly WriterPair[]): readonly string[] {
  const [a, b] = sides;
  const isOneSpot = a.watch.spots.length <= 1 && b.watch.spots.length <= 1;
  const rows = pairs.flatMap((pair) => {
    const writer = pair.after ?? pair.before;
    if (writer === undefined) return [];
    const watch = pair.after === undefined ? a.watch : b.watch;
    return [
      [
        ...[markOf(pair), countOf(pair.before), countOf(pair.after), changeOf(pair), writer.comm],
        ...[formatAccess(writer.frame, writer.syscall), formatObject(writer.frame)],
        isOneSpot ? "" : spotName(watch, writer.spot),
      ],
    ];
  });
  return [
    `before: ${sideText(a)}`,
    `after:  ${sideText(b)}`,
    "",
    ...(rows.length === 0
      ? ["no hits in either"]
      : textTable(COLUMNS, rows, process.stdout.columns)),
    "",
    conclusion(pairs),
    ...sides.flatMap(missing),
  ];
}

function sideText(side: Side): string {
  const { path, hits } = side;
  const names = side.watch.spots.map(({ name }) => name).join(", ");
  return `${formatNumber(hits, "hit")} in ${formatSeconds(durationOf(side))} on ${names} (${path})`;
}

function durationOf({ watch, summary, lastNs }: Side): bigint {
  return (summary?.coverage.untilNs ?? lastNs) - watch.since;
}

function markOf({ before, after }: WriterPair): string {
  if (before === undefined) return "new";
  if (after === undefined) return "gone";
  return before.count === after.count ? "" : after.count > before.count ? "more" : "fewer";
}

function countOf(writer: RecordedWriter | undefined): string {
  return writer === undefined ? "-" : formatCount(writer.count);
}

function changeOf({ before, after }: WriterPair): string {
  const change = (after?.count ?? 0) - (before?.count ?? 0);
  if (change === 0) return "";
  return `${change > 0 ? "+" : "-"}${formatCount(Math.abs(change))}`;
}

function conclusion(pairs: readonly WriterPair[]): string {
  const different = pairs.filter(isDifferent).length;
  if (different === 0) return `the same ${formatNumber(pairs.length, "writer")}`;
  return `${formatNumber(different, "writer")} of ${formatCount(pairs.length)} made another number of hits`;
}

/** What a difference may come from, other than the programs. */
function missing({ path, summary, damage }: Side): readonly string[] {
  const gaps = [...damage, ...(summary?.coverage.gaps ?? [])];
  const lost = summary?.coverage.lost ?? 0n;
  return [
    ...(lost === 0n ? [] : [`not covered: ${path}: ${formatCount(lost)} hits were lost`]),
    ...gaps.map(({ text }) => `not covered: ${path}: ${text}`),
  ];
}

function jsonLines(sides: readonly [Side, Side], pairs: readonly WriterPair[]): readonly string[] {
  const about = (side: Side) => ({
    ...{ file: side.path, hits: side.hits, durationNs: durationOf(side) },
    ...{ lost: side.summary?.coverage.lost, missing: missing(side) },
  });
  const [before, after] = sides;
  const header = { kind: "header", schema: "trapline.diff", version: 1, trapline: version() };
  const writers = pairs.map((pair) => {
    const { comm = "?", mode = "user", frame, syscall, spot = 0 } = pair.after ?? pair.before ?? {};
    const watch = spotName(pair.after === undefined ? before.watch : after.watch, spot);
    return {
      ...{ kind: "writer", comm, mode, watch, syscall },
      ...{ function: frame?.function, symbol: frame?.symbol, object: frame?.object },
      ...{ before: pair.before?.count ?? 0, after: pair.after?.count ?? 0 },
    };
  });
  const summary = { kind: "summary", differ: pairs.filter(isDifferent).length, of: pairs.length };
  const all = [{ ...header, before: about(before), after: about(after) }, ...writers, summary];
  return all.map((line) => toJson(line));
}

import { styleText } from "node:util";
import type logUpdate from "log-update";
import type { RecordedSpot, RecordedWriter } from "../recording/index.ts";
import {
  coverageLines,
  describeSpot,
  formatAccess,
  formatCount,
  formatNumber,
  formatObject,
  formatSeconds,
  formatShare,
  formatValue,
  headline,
  instructionText,
  stackLines,
} from "../wording/index.ts";
import { FIELDS, type TableField } from "./fields.ts";
import type { TextOutput } from "./output.ts";
import type { Shown, ShownReport } from "./shown.ts";
import { type Column, textTable } from "./text-table.ts";
import type { Progress, View } from "./view.ts";

const COLUMNS: Readonly<Record<TableField, Column>> = {
  count: { title: "COUNT", align: "right" },
  traps: { title: "TRAPS", align: "right" },
  share: { title: "SHARE", align: "right" },
  who: { title: "WHO", align: "left", shrinks: true },
  code: { title: "CODE", align: "left", shrinks: true },
  object: { title: "OBJECT", align: "left", shrinks: true },
  watch: { title: "WATCH", align: "left", shrinks: true },
  value: { title: "LAST VALUE", align: "right" },
  first: { title: "FIRST", align: "right" },
  last: { title: "LAST", align: "right" },
};

const REFRESH_MS = 250;
/** Lines of the terminal that the table leaves for the rest. */
const MARGIN = 5;

interface TableOptions {
  /** What refreshes it in place; undefined where it is only printed at the end. */
  readonly live: typeof logUpdate | undefined;
  readonly color: boolean;
  readonly fields?: readonly string[] | undefined;
}

/** The distinct writers: refreshed in place on a terminal, and printed once at the end. */
export class TableView implements View {
  private readonly output: TextOutput;
  private readonly options: TableOptions;
  private readonly fields: readonly TableField[];
  private shown: Shown | undefined;
  private progress: Progress | undefined;
  private refreshedMs = 0;

  constructor(output: TextOutput, options: TableOptions) {
    this.output = output;
    this.fields = options.fields?.flatMap(asField) ?? FIELDS.table;
    this.options = options;
  }

  begin(shown: Shown, progress: Progress): void {
    this.shown = shown;
    this.progress = progress;
  }

  hit(): void {
    // The writers are counted by the one who calls.
  }

  tick(): void {
    const { shown, progress } = this;
    const { live } = this.options;
    if (live === undefined || shown === undefined || progress === undefined) return;
    const now = performance.now();
    if (now - this.refreshedMs < REFRESH_MS) return;
    this.refreshedMs = now;
    const { spots, sinceNs } = shown;
    const { hits } = progress;
    const elapsed = process.hrtime.bigint() - sinceNs;
    const writers = progress.writers();
    const fit = writers.slice(0, Math.max(1, (process.stdout.rows ?? 24) - MARGIN));
    const more = writers.length - fit.length;
    live(
      [
        `${formatNumber(hits, "hit")} in ${formatSeconds(elapsed)} on ${spots
          .map(describeSpot)
          .join(", ")} · Ctrl-C ends`,
        ...this.table(fit, { hits, sinceNs, spots }),
        ...(more > 0 ? [`… and ${formatNumber(more, "writer")} more`] : []),
      ].join("\n"),
    );
  }

  end(report: ShownReport): void {
    this.options.live?.clear();
    this.options.live?.done();
    const spots = this.shown?.spots ?? [];
    const { hits, writers, coverage } = report;
    const lines = [
      this.bold(headline(report, spots)),
      ...(writers.length === 0
        ? []
        : ["", ...this.table(writers, { hits, sinceNs: coverage.sinceNs, spots })]),
      "",
      ...coverageLines(coverage).map((line) => this.mark(line)),
    ];
    this.output.write(`${lines.join("\n")}\n`);
  }

  private table(
    writers: readonly RecordedWriter[],
    of: { hits: number; sinceNs: bigint; spots: readonly RecordedSpot[] },
  ): readonly string[] {
    const rows = writers.map((writer) => this.row(writer, of));
    const columns = this.fields.map((field) => COLUMNS[field]);
    const [title = "", ...lines] = textTable(columns, rows, terminalWidth());
    const stacks = writers.map(({ culprit, stack, stackCut }) => {
      if (stack === undefined) return [];
      const instruction = instructionText(culprit);
      const lines = [...(instruction === "" ? [] : [instruction]), ...stackLines(stack, stackCut)];
      return lines.map((line) => `        ${line}`);
    });
    return [this.bold(title), ...lines.flatMap((line, index) => [line, ...(stacks[index] ?? [])])];
  }

  private row(
    writer: RecordedWriter,
    { hits, sinceNs, spots }: { hits: number; sinceNs: bigint; spots: readonly RecordedSpot[] },
  ): readonly string[] {
    const cells: Readonly<Record<TableField, string>> = {
      count: formatCount(writer.count),
      traps: writer.traps === writer.count ? "" : formatCount(writer.traps),
      share: formatShare(writer.count, hits),
      who: who(writer),
      code: formatAccess(writer.frame, writer.syscall),
      object: writer.mode === "kernel" ? "[kernel]" : formatObject(writer.frame),
      watch: spots.length > 1 ? (spots[writer.spot]?.name ?? "") : "",
      value: this.lastValue(writer, spots),
      first: formatSeconds(writer.firstNs - sinceNs),
      last: formatSeconds(writer.lastNs - sinceNs),
    };
    return this.fields.map((field) => cells[field]);
  }

  /** What its last access left there; empty, and so left out, where values are not read. */
  private lastValue(
    { lastValue: value, spot, pid }: RecordedWriter,
    spots: readonly RecordedSpot[],
  ): string {
    const of = spots[spot];
    if (value === undefined || of === undefined) return "";
    return formatValue(value, of, this.shown?.valueFormat(pid));
  }

  private bold(text: string): string {
    return this.options.color ? styleText("bold", text, { validateStream: false }) : text;
  }

  /** What is missing is what must not be overlooked. */
  private mark(line: string): string {
    const missing = line.startsWith("not covered") || /^lost: [^n]/.test(line);
    if (!missing || !this.options.color) return line;
    return styleText("yellow", line, { validateStream: false });
  }
}

function asField(name: string): readonly TableField[] {
  return FIELDS.table.filter((field) => field === name);
}

/** Undefined where nothing must be cut. COLUMNS has the last word, as everywhere. */
function terminalWidth(): number | undefined {
  const asked = Number(process.env.COLUMNS);
  if (Number.isSafeInteger(asked) && asked > 0) return asked;
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** `worker 1234`, or how many threads of that name there are. */
function who({ comm, tid, threads, processes }: RecordedWriter): string {
  if (processes > 1) return `${comm} (${formatNumber(processes, "process", "processes")})`;
  return threads > 1 ? `${comm} (${formatNumber(threads, "thread")})` : `${comm} ${tid}`;
}

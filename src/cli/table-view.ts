import { styleText } from "node:util";
import type logUpdate from "log-update";
import type { Session, Spot, WatchReport, Writer, Writers } from "../watch/index.ts";
import { coverageLines, headline } from "./coverage-text.ts";
import { instructionText, stackLines } from "./culprit-text.ts";
import { describeSpot } from "./describe-spot.ts";
import { FIELDS, type TableField } from "./fields.ts";
import {
  formatAccess,
  formatCount,
  formatNumber,
  formatObject,
  formatSeconds,
  formatShare,
  formatValue,
} from "./format.ts";
import type { Output } from "./output.ts";
import { pointerNames } from "./pointer-names.ts";
import { type Column, textTable } from "./text-table.ts";
import type { View } from "./view.ts";

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
  private readonly output: Output;
  private readonly options: TableOptions;
  private readonly fields: readonly TableField[];
  private session: Session | undefined;
  private writers: Writers | undefined;
  private refreshedMs = 0;

  constructor(output: Output, options: TableOptions) {
    this.output = output;
    this.fields = options.fields?.flatMap(asField) ?? FIELDS.table;
    this.options = options;
  }

  begin(session: Session, writers: Writers): void {
    this.session = session;
    this.writers = writers;
  }

  hit(): void {
    // The writers are counted by the one who calls.
  }

  tick(): void {
    const { live } = this.options;
    if (live === undefined || this.session === undefined || this.writers === undefined) return;
    const now = performance.now();
    if (now - this.refreshedMs < REFRESH_MS) return;
    this.refreshedMs = now;
    const { spots } = this.session.parts;
    const elapsed = process.hrtime.bigint() - this.session.sinceNs;
    const writers = this.writers.list();
    const shown = writers.slice(0, Math.max(1, (process.stdout.rows ?? 24) - MARGIN));
    const more = writers.length - shown.length;
    live(
      [
        `${formatNumber(this.session.hits, "hit")} in ${formatSeconds(elapsed)} on ${spots
          .map(describeSpot)
          .join(", ")} · Ctrl-C ends`,
        ...this.table(shown, { hits: this.session.hits, sinceNs: this.session.sinceNs, spots }),
        ...(more > 0 ? [`… and ${formatNumber(more, "writer")} more`] : []),
      ].join("\n"),
    );
  }

  end(report: WatchReport): void {
    this.options.live?.clear();
    this.options.live?.done();
    const spots = this.session?.parts.spots ?? [];
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
    writers: readonly Writer[],
    of: { hits: number; sinceNs: bigint; spots: readonly Spot[] },
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
    writer: Writer,
    { hits, sinceNs, spots }: { hits: number; sinceNs: bigint; spots: readonly Spot[] },
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
  private lastValue({ lastValue: value, spot, pid }: Writer, spots: readonly Spot[]): string {
    const of = spots[spot];
    if (value === undefined || of === undefined || this.session === undefined) return "";
    return formatValue(value, of, pointerNames(this.session, pid));
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
function who({ comm, tid, threads, processes }: Writer): string {
  if (processes > 1) return `${comm} (${formatNumber(processes, "process", "processes")})`;
  return threads > 1 ? `${comm} (${formatNumber(threads, "thread")})` : `${comm} ${tid}`;
}

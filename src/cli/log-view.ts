import type { Frame, RawHit, Session, Spot, WatchReport } from "../watch/index.ts";
import { coverageLines, headline } from "./coverage-text.ts";
import { instructionText, stackLines } from "./culprit-text.ts";
import { FIELDS, type LogField } from "./fields.ts";
import { formatAccess, formatHex, formatObject, formatValue } from "./format.ts";
import type { Output } from "./output.ts";
import { pointerNames } from "./pointer-names.ts";
import type { View } from "./view.ts";

/** One line for each hit as it happens, and the coverage at the end. */
export class LogView implements View {
  private readonly output: Output;
  private readonly options: { stack: boolean };
  private readonly fields: readonly string[];
  private session: Session | undefined;

  constructor(output: Output, options: { stack: boolean; fields?: readonly string[] | undefined }) {
    this.output = output;
    this.fields = options.fields ?? FIELDS.log;
    this.options = options;
  }

  begin(session: Session): void {
    this.session = session;
  }

  hit(hit: RawHit): void {
    if (this.session === undefined) return;
    const { namer, spots } = this.session.parts;
    const { frame, culprit, syscall } = namer.name(hit);
    const seconds = Number(hit.time - this.session.sinceNs) / 1e9;
    const texts: Readonly<Record<LogField, string>> = {
      time: seconds.toFixed(6).padStart(12),
      who: `${this.session.commOf(hit)} ${hit.pid}/${hit.tid}`,
      cpu: `[${hit.cpu.toString().padStart(3, "0")}]`,
      mode: hit.kernel ? "kernel" : "user",
      code: `${formatAccess(frame, syscall)} (${formatObject(frame)})`,
      insn: instructionText(culprit),
      repeat: hit.repeat > 1 ? `× ${hit.repeat}` : "",
      value: this.change(hit, spots[hit.spot]),
      watch: spots.length > 1 ? (spots[hit.spot]?.name ?? "") : "",
    };
    const shown = FIELDS.log.filter((field) => this.fields.includes(field));
    const line = shown.map((field) => texts[field]).filter((text) => text !== "");
    this.output.write(`${line.join("  ")}\n`);
    if (!this.options.stack) return;
    const { frames, cut } = namer.stack(hit);
    const lineOf = (caller: Frame, text: string) =>
      `${formatHex(caller.address).padStart(18)} ${text}`;
    for (const text of stackLines(frames, cut, lineOf)) this.output.write(`\t${text}\n`);
  }

  tick(): void {
    // Lines are flushed by the one who calls.
  }

  end(report: WatchReport): void {
    const spots = this.session?.parts.spots ?? [];
    const lines = [headline(report, spots), ...coverageLines(report.coverage)];
    this.output.write(`${lines.join("\n")}\n`);
  }

  /** `4 -> 5`; `? -> 5` where the value before is not known; nothing where none was read. */
  private change(hit: RawHit, spot: Spot | undefined): string {
    const { newValue, oldValue } = hit;
    if (newValue === undefined || spot === undefined || this.session === undefined) return "";
    const format = pointerNames(this.session, hit.pid);
    const old = oldValue === undefined ? "?" : formatValue(oldValue, spot, format);
    const rebuilt = hit.valueFrom === "rebuilt" ? " (rebuilt)" : "";
    return `${old} -> ${formatValue(newValue, spot, format)}${rebuilt}`;
  }
}

import type { RecordedFrame, RecordedSpot } from "../recording/index.ts";
import {
  coverageLines,
  formatAccess,
  formatHex,
  formatObject,
  formatValue,
  headline,
  instructionText,
  stackLines,
} from "../wording/index.ts";
import { FIELDS, type LogField } from "./fields.ts";
import type { TextOutput } from "./output.ts";
import type { Shown, ShownHit, ShownReport } from "./shown.ts";
import type { View } from "./view.ts";

/** One line for each hit as it happens, and the coverage at the end. */
export class LogView implements View {
  private readonly output: TextOutput;
  private readonly options: { stack: boolean };
  private readonly fields: readonly string[];
  private shown: Shown | undefined;

  constructor(
    output: TextOutput,
    options: { stack: boolean; fields?: readonly string[] | undefined },
  ) {
    this.output = output;
    this.fields = options.fields ?? FIELDS.log;
    this.options = options;
  }

  begin(shown: Shown): void {
    this.shown = shown;
  }

  hit(hit: ShownHit): void {
    if (this.shown === undefined) return;
    const { spots, sinceNs } = this.shown;
    const { frame, culprit, syscall } = hit.name();
    const seconds = Number(hit.time - sinceNs) / 1e9;
    const texts: Readonly<Record<LogField, string>> = {
      time: seconds.toFixed(6).padStart(12),
      who: `${hit.comm()} ${hit.pid}/${hit.tid}`,
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
    const { frames, cut } = hit.stack() ?? { frames: [], cut: undefined };
    const lineOf = (caller: RecordedFrame, text: string) =>
      `${formatHex(caller.address).padStart(18)} ${text}`;
    for (const text of stackLines(frames, cut, lineOf)) this.output.write(`\t${text}\n`);
  }

  tick(): void {
    // Lines are flushed by the one who calls.
  }

  end(report: ShownReport): void {
    const spots = this.shown?.spots ?? [];
    const lines = [headline(report, spots), ...coverageLines(report.coverage)];
    this.output.write(`${lines.join("\n")}\n`);
  }

  /** `4 -> 5`; `? -> 5` where the value before is not known; nothing where none was read. */
  private change(hit: ShownHit, spot: RecordedSpot | undefined): string {
    const { newValue, oldValue } = hit;
    if (newValue === undefined || spot === undefined) return "";
    const format = this.shown?.valueFormat(hit.pid);
    const old = oldValue === undefined ? "?" : formatValue(oldValue, spot, format);
    const rebuilt = hit.valueFrom === "rebuilt" ? " (rebuilt)" : "";
    return `${old} -> ${formatValue(newValue, spot, format)}${rebuilt}`;
  }
}

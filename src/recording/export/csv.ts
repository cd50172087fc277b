import type { PackedHit } from "../hit-run.ts";
import type { RecordingHeader } from "../recorded.ts";
import { type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";
import { COLUMNS, rowOf } from "./rows.ts";

/** Comma-separated values as RFC 4180 has them, with a row of titles; what is not known is empty. */
export class Csv implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;

  constructor({ tables, put }: ExportOf) {
    this.names = new HitNames(tables);
    this.put = put;
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
    this.put(`${COLUMNS.join(",")}\r\n`);
  }

  hit(hit: PackedHit): void {
    const row = rowOf(this.names, hit);
    this.put(`${COLUMNS.map((column) => cell(row[column])).join(",")}\r\n`);
  }

  end(): void {
    // Every hit was put as it came.
  }
}

function cell(value: string | number | bigint | undefined): string {
  const text = value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

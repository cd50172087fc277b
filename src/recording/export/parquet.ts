import type { PackedHit } from "../hit-run.ts";
import type { RecordingHeader } from "../recorded.ts";
import { type Exporter, type ExportOf, HitNames, type Put } from "./exporter.ts";
import { COLUMNS, type Row, rowOf } from "./rows.ts";

/** What hyparquet-writer offers, handed in: it is loaded only when a file is made. */
export type ParquetLibrary = typeof import("hyparquet-writer");

/** Rows that are held before they are written as a group. */
const GROUP_ROWS = 50_000;

const TYPE: Readonly<Record<keyof Row, "INT64" | "DOUBLE" | "STRING">> = {
  ...{ time_ns: "INT64", since_ns: "INT64", old: "DOUBLE", new: "DOUBLE" },
  // A recording bounds none of these.
  ...{ pid: "INT64", tid: "INT64", cpu: "INT64", traps: "INT64", line: "INT64", offset: "INT64" },
  ...{ comm: "STRING", mode: "STRING", watch: "STRING", old_hex: "STRING", new_hex: "STRING" },
  ...{ value_from: "STRING", function: "STRING", file: "STRING", symbol: "STRING" },
  ...{ object: "STRING", ip: "STRING", instruction: "STRING", syscall: "STRING" },
};

/**
 * Apache Parquet, the columns of the CSV with types. Values are doubles, for some are floating-point
 * numbers: those of 2^53 and more are exact in `old_hex` and `new_hex` only.
 */
export class Parquet implements Exporter {
  private readonly names: HitNames;
  private readonly put: Put;
  private readonly bytes;
  private readonly writer;
  private rows: Row[] = [];

  constructor({ tables, put }: ExportOf, library: ParquetLibrary) {
    this.names = new HitNames(tables);
    this.put = put;
    this.bytes = new library.ByteWriter();
    const schema = library.schemaFromColumnData({ columnData: columnsOf([]) });
    this.writer = new library.ParquetWriter({ writer: this.bytes, schema });
  }

  header({ watch, trapline }: RecordingHeader): void {
    this.names.begin(watch, trapline);
  }

  hit(hit: PackedHit): void {
    this.rows.push(rowOf(this.names, hit));
    if (this.rows.length >= GROUP_ROWS) this.writeGroup();
  }

  end(): void {
    this.writeGroup();
    this.writer.finish();
    this.put(this.bytes.getBytes());
  }

  private writeGroup(): void {
    if (this.rows.length === 0) return;
    this.writer.write({ columnData: columnsOf(this.rows) });
    this.rows = [];
  }
}

function columnsOf(rows: readonly Row[]) {
  return COLUMNS.map((name) => ({
    name,
    type: TYPE[name],
    nullable: true,
    data: rows.map((row) => cell(row[name], TYPE[name])),
  }));
}

function cell(value: Row[keyof Row], type: string): string | number | bigint | null {
  if (value === undefined) return null;
  if (type === "DOUBLE") return Number(value);
  return type === "INT64" && typeof value === "number" ? BigInt(value) : value;
}

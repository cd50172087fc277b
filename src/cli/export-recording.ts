import { gzipSync } from "node:zlib";
import {
  type Damage,
  EXPORT_FORMATS,
  type Exporter,
  type ExportFormat,
  type ExportName,
  type RecordingHeader,
} from "../recording/index.ts";
import { ExportOutput } from "./export-output.ts";
import { readRecordingFile } from "./read-recording.ts";
import { reportRecording } from "./report-recording.ts";
import { UsageError } from "./usage-error.ts";

/** Formats that are not for people to look at. */
const BINARY: ReadonlySet<ExportName> = new Set(["pprof", "parquet"]);

/** Makes a recording into another format, on standard output or in a file. */
export async function exportRecording(
  path: string,
  name: ExportName,
  to: string | undefined,
): Promise<void> {
  if (to === undefined && BINARY.has(name) && process.stdout.isTTY) {
    throw new UsageError(`--to ${name}: it is not for a terminal: give -o FILE`);
  }
  const header = headerOf(path);
  const isWatch = header.model === undefined;
  if (isWatch && name === "jsonl") {
    const output = new ExportOutput(to);
    reportRecording(path, { form: "json", stack: undefined, color: false }, output);
    output.end();
    return;
  }
  const format: ExportFormat = EXPORT_FORMATS[name];
  checkKind(path, name, { format, isWatch });
  const make = await format.load();
  const output = new ExportOutput(to);
  const put = (piece: string | Uint8Array) => {
    if (typeof piece === "string") output.write(piece);
    else output.writeBytes(format.gzip === true ? gzipSync(piece) : piece);
  };
  let exporter: Exporter | undefined;
  const damage = readRecordingFile(path, (tables) => {
    exporter = make({ tables, put });
    return exporter;
  });
  await exporter?.end();
  output.end();
  for (const { text } of damage) console.error(`trapline: ${path}: ${text}`);
}

function checkKind(
  path: string,
  name: ExportName,
  { format, isWatch }: { format: ExportFormat; isWatch: boolean },
): void {
  if (format.of === "both" || (format.of === "watch") === isWatch) return;
  const why = isWatch
    ? "it is of a watch, and has no steps of the model"
    : "it has no hits: chrome, jsonl and itf are for recordings of scenarios";
  throw new UsageError(`${path}: --to ${name}: ${why}`);
}

function headerOf(path: string): RecordingHeader {
  let header: RecordingHeader | undefined;
  const damage: readonly Damage[] = readRecordingFile(path, () => ({
    header: (it) => {
      header ??= it;
    },
  }));
  if (header !== undefined) return header;
  const [first] = damage;
  throw new UsageError(`${path}: its header is missing: ${first?.text ?? "record again"}`);
}

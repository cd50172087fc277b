import { writeFileSync } from "node:fs";
import { reportRecording } from "../src/cli/report-recording.ts";
import { UsageError } from "../src/cli/usage-error.ts";
import {
  EXPORT_FORMATS,
  type Exporter,
  type ExportName,
  frameOf,
  RecordingError,
  RecordingReader,
  readRecording,
} from "../src/recording/index.ts";
import { joinedBytes } from "../src/recording/sample-recording.ts";

// Recordings that somebody broke, with and without care: what a disk, a transfer or an enemy does.

/** The generator of Park and Miller: the same numbers for the same seed, everywhere. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (seed % 2147483646) + 1;
  }

  below(limit: number): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state % limit;
  }
}

const PREAMBLE = 16;
const FRAME_HEADER = 16;

interface Frame {
  readonly start: number;
  readonly end: number;
}

function framesOf(bytes: Uint8Array): readonly Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: Frame[] = [];
  for (let start = PREAMBLE; start + FRAME_HEADER <= bytes.length; ) {
    const end = start + FRAME_HEADER + view.getUint32(start + 4, true);
    frames.push({ start, end });
    start = end;
  }
  return frames;
}

/** Some bytes changed, put in, taken out or doubled. */
function damaged(bytes: Uint8Array, dice: Dice): Uint8Array {
  let broken = bytes.slice();
  for (let times = 1 + dice.below(4); times > 0; times -= 1) {
    const at = dice.below(broken.length + 1);
    const length = 1 + dice.below(8);
    switch (dice.below(5)) {
      case 0:
        broken[at] = dice.below(256);
        break;
      case 1:
        broken[at] = (broken[at] ?? 0) ^ (1 << dice.below(8));
        break;
      case 2:
        broken = spliced(broken, at, { remove: length, insert: new Uint8Array() });
        break;
      case 3: {
        const insert = Uint8Array.from({ length }, () => dice.below(256));
        broken = spliced(broken, at, { remove: 0, insert });
        break;
      }
      default:
        broken = spliced(broken, at, { remove: 0, insert: broken.slice(at, at + 8 * length) });
    }
  }
  return broken;
}

function spliced(
  bytes: Uint8Array,
  at: number,
  { remove, insert }: { remove: number; insert: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  return joinedBytes([bytes.subarray(0, at), insert, tail]);
}

/** A recording broken anew: anywhere, cut short, or within a frame whose checksum is right again. */
export function mutated(bytes: Uint8Array, dice: Dice): Uint8Array {
  const kind = dice.below(8);
  if (kind === 0) return bytes.subarray(0, dice.below(bytes.length + 1));
  if (kind === 1) return damaged(bytes, dice);
  const frames = framesOf(bytes);
  const chosen = dice.below(frames.length);
  const parts = frames.map(({ start, end }, number) => {
    const records = bytes.subarray(start + FRAME_HEADER, end);
    return frameOf(number, [number === chosen ? damaged(records, dice) : records]);
  });
  return joinedBytes([bytes.subarray(0, PREAMBLE), ...parts]);
}

/** What came of reading: nothing but these may be thrown. */
export type Survived = "whole" | "damaged" | "refused";

/** What is done with a broken recording. */
export type Use = ExportName | "read" | "table" | "log" | "report-json";

const EXPORTS = Object.keys(EXPORT_FORMATS).filter(isExport);
export const USES: readonly Use[] = ["read", "table", "log", "report-json", ...EXPORTS];

function isExport(name: string): name is ExportName {
  return Object.hasOwn(EXPORT_FORMATS, name);
}

/** Reads, reports or exports a recording. Throws what should never be thrown. */
export async function survive(bytes: Uint8Array, use: Use, file: string): Promise<Survived> {
  try {
    return await used(bytes, use, file);
  } catch (error) {
    const isSaid = error instanceof RecordingError || error instanceof UsageError;
    if (!isSaid || error.message === "" || error.message.includes("\n")) throw error;
    return "refused";
  }
}

async function used(bytes: Uint8Array, use: Use, file: string): Promise<Survived> {
  if (use === "read") {
    const { damage, hits } = readRecording(bytes);
    if (hits.length > bytes.length) throw new Error("more hits than bytes");
    return damage.length === 0 ? "whole" : "damaged";
  }
  if (isExport(use)) return exportQuietly(bytes, use);
  writeFileSync(file, bytes);
  const form = use === "report-json" ? "json" : use;
  reportRecording(file, { form, stack: undefined, color: false }, { write: () => undefined });
  return "damaged";
}

async function exportQuietly(bytes: Uint8Array, format: ExportName): Promise<Survived> {
  const make = await EXPORT_FORMATS[format].load();
  let exporter: Exporter | undefined;
  const reader = new RecordingReader((tables) => {
    exporter = make({ tables, put: () => undefined });
    return exporter;
  });
  reader.push(bytes);
  const damage = reader.end();
  await exporter?.end();
  return damage.length === 0 ? "whole" : "damaged";
}

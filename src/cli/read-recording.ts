import { closeSync, openSync, readSync } from "node:fs";
import {
  type Damage,
  RecordingError,
  RecordingReader,
  type RecordingSink,
  type Tables,
} from "../recording/index.ts";
import { UsageError } from "./usage-error.ts";

const CHUNK_BYTES = 1 << 20;

/**
 * Reads a recording's file a piece at a time, so that its size does not matter. `sinkOf` is given the
 * tables that hits refer to. What cannot be read at all is wrong usage; what is missing is given back.
 */
export function readRecordingFile(
  path: string,
  sinkOf: (tables: Tables) => RecordingSink,
): readonly Damage[] {
  const reader = new RecordingReader(sinkOf);
  const fd = open(path);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let size = read(fd, chunk, path); size > 0; size = read(fd, chunk, path)) {
      reader.push(chunk.subarray(0, size));
    }
    return reader.end();
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A folder can be opened, but not read. */
function read(fd: number, chunk: Uint8Array, path: string): number {
  try {
    return readSync(fd, chunk);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UsageError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(`${path}: it cannot be read: ${reason}`);
}

import { closeSync, fstatSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { UsageError } from "./usage-error.ts";

const CHUNK_BYTES = 1 << 18;

/** A recording as a page is fed with it, however often it asks. */
export interface RecordingFeed {
  /** It is still being made: more comes as it happens. */
  readonly isLive: boolean;
  /** Undefined while it grows. */
  readonly size: number | undefined;
  /** All bytes from the first on; of one that is being made, until it is whole. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** A recording in a file that may still be written. What a slow reader has not read yet stays there. */
export class FileFeed implements RecordingFeed {
  private readonly path: string;
  private written: number;
  private isWhole: boolean;
  private growth = Promise.withResolvers<void>();

  private constructor(path: string, size: number | undefined) {
    this.path = path;
    this.written = size ?? 0;
    this.isWhole = size !== undefined;
  }

  /** Of a file that is whole. */
  static whole(path: string): FileFeed {
    return new FileFeed(path, sizeOf(path));
  }

  /** Of a file that is told of by `grew` and `end`. */
  static growing(path: string): FileFeed {
    return new FileFeed(path, undefined);
  }

  get isLive(): boolean {
    return !this.isWhole;
  }

  get size(): number | undefined {
    return this.isWhole ? this.written : undefined;
  }

  /** So many bytes are in the file by now. */
  grew(size: number): void {
    this.written = size;
    this.wake();
  }

  /** Nothing more will be written. */
  end(): void {
    this.isWhole = true;
    this.wake();
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const file = await open(this.path, "r");
    try {
      for (let at = 0; ; ) {
        const { promise } = this.growth;
        if (at < this.written) {
          const length = Math.min(CHUNK_BYTES, this.written - at);
          const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, at);
          if (bytesRead === 0) return; // somebody cut it short
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        } else if (this.isWhole) return;
        else await promise;
      }
    } finally {
      await file.close();
    }
  }

  private wake(): void {
    this.growth.resolve();
    this.growth = Promise.withResolvers();
  }
}

function sizeOf(path: string): number {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const stat = fstatSync(fd);
    if (stat.isFile()) return stat.size;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path}: it cannot be read: ${reason}`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  throw new UsageError(`${path}: it is no file: give a recording`);
}

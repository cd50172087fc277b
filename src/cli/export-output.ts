import { closeSync, openSync, writeSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

const FLUSH_AT = 1 << 16;
const encoder = new TextEncoder();

/** Where an export goes: a file, or standard output. Texts are gathered, for a write costs more than they do. */
export class ExportOutput {
  /** The reader is gone, as `head` is when it has seen enough. */
  closed = false;
  private readonly path: string | undefined;
  private readonly fd: number | undefined;
  private text = "";

  constructor(path: string | undefined) {
    this.path = path;
    this.fd = path === undefined ? undefined : open(path);
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.closed = true;
    });
  }

  write(text: string): void {
    this.text += text;
    if (this.text.length >= FLUSH_AT) this.flush();
  }

  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.put(bytes);
  }

  end(): void {
    this.flush();
    if (this.fd !== undefined) closeSync(this.fd);
  }

  private flush(): void {
    if (this.text !== "") this.put(encoder.encode(this.text));
    this.text = "";
  }

  private put(bytes: Uint8Array): void {
    if (this.fd === undefined) {
      if (!this.closed) process.stdout.write(bytes);
      return;
    }
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    } catch (error) {
      throw unwritable(this.path ?? "", error);
    }
  }
}

function open(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): UsageError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(`-o ${path}: it cannot be written: ${reason}`);
}

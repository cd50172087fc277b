import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { UsageError } from "./usage-error.ts";

/**
 * The file that a recording goes to. What it held before stays until there is something to put in its
 * place. Writes are finished when `put` returns: the process may end at any moment after.
 */
export class RecordingFile {
  /** Why writing failed, as on a full disk; nothing more is written then. */
  failure: string | undefined;
  readonly path: string;
  private readonly told: ((size: number) => void) | undefined;
  private readonly isNew: boolean;
  private readonly fd: number;
  private size = 0;
  private isOpen = true;

  /** `flag` is what the user named the file by; `told` is told how much there is to read in it. */
  constructor(path: string, flag: string, told?: (size: number) => void) {
    this.path = path;
    this.told = told;
    this.isNew = !existsSync(path);
    try {
      this.fd = openSync(path, "a");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UsageError(`${flag} ${path}: it cannot be written: ${reason}`);
    }
  }

  put(bytes: Uint8Array): void {
    if (!this.isOpen || this.failure !== undefined) return;
    try {
      if (this.size === 0 && fstatSync(this.fd).isFile()) ftruncateSync(this.fd);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
      this.size += bytes.length;
      this.told?.(this.size);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** A file that nothing was put into is not left behind. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.fd);
    if (this.isNew && this.size === 0) unlinkSync(this.path);
  }
}

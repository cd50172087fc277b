import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Bytes that are read by piece: a file of which only a few are wanted, or memory. */
export interface ByteSource {
  /** For messages. */
  readonly path: string;
  readonly size: number;
  /** Undefined of what is no file. */
  readonly fd: number | undefined;
  /** Fewer than `length` only at the end. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/**
 * An open regular file. The descriptor stays open, so the bytes outlive the name, and so does the
 * inode number: no new file can take it over.
 */
export class FileBytes implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  #open = true;

  /**
   * Throws what `openSync` throws. A pipe or a device is refused before it is opened, for that alone
   * could hang, or set something off.
   */
  constructor(path: string, shownPath = path) {
    this.path = shownPath;
    if (!statSync(path).isFile()) throw new Error(`open ${path}: not a regular file`);
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.size = fstatSync(this.#fd).size;
  }

  get fd(): number {
    return this.#fd;
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = new Uint8Array(wanted);
    let filled = 0;
    while (filled < wanted) {
      const count = this.#readInto(bytes, filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** What the disk refuses to give is as good as not there: the reader says what it missed. */
  #readInto(bytes: Uint8Array, filled: number, position: number): number {
    try {
      return readSync(this.#fd, bytes, filled, bytes.length - filled, position);
    } catch {
      return 0;
    }
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}

/** An object that exists in memory only, such as the vdso. */
export class MemoryBytes implements ByteSource {
  readonly path: string;
  readonly fd = undefined;
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }

  close(): void {}
}

import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksum } from "./frame.ts";

/** The first half has what is sent to the guest, the second what comes from it. `puppet/guest.c` has the same. */
export const MAILBOX_BYTES = 8 << 20;
const HALF = MAILBOX_BYTES / 2;
const ALIGN = 8;
/** Before each letter stand its length and its checksum. */
const HEAD_BYTES = 8;
let made = 0;

/**
 * A file without a name, which QEMU shows to the guest as the memory of a device: to a serial line each
 * byte is an interrupt, here it is a byte.
 */
export class Mailbox implements Disposable {
  readonly fd: number;

  constructor() {
    const path = join(tmpdir(), `trapline-${process.pid}-${made++}.mailbox`);
    this.fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    ftruncateSync(this.fd, MAILBOX_BYTES);
  }

  /** Where it lies now; undefined if it is too much. The guest has read what lay there: it has answered. */
  put(content: Uint8Array): number | undefined {
    const letter = new Uint8Array(Math.ceil((HEAD_BYTES + content.length) / ALIGN) * ALIGN);
    if (letter.length > HALF) return undefined;
    const view = new DataView(letter.buffer);
    view.setUint32(0, content.length, true);
    view.setUint32(4, checksum(0, content), true);
    letter.set(content, HEAD_BYTES);
    writeSync(this.fd, letter, 0, letter.length, 0);
    return 0;
  }

  /** What the guest has put there; undefined if it has not, or not as it says. */
  take(place: number): Uint8Array | undefined {
    if (place < HALF || place > MAILBOX_BYTES - HEAD_BYTES) return undefined;
    const head = new DataView(this.#read(place, HEAD_BYTES).buffer);
    const bytes = head.getUint32(0, true);
    if (bytes > MAILBOX_BYTES - HEAD_BYTES - place) return undefined;
    const content = this.#read(place + HEAD_BYTES, bytes);
    return checksum(0, content) === head.getUint32(4, true) ? content : undefined;
  }

  #read(place: number, bytes: number): Uint8Array<ArrayBuffer> {
    const content = new Uint8Array(bytes);
    readSync(this.fd, content, 0, bytes, place);
    return content;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

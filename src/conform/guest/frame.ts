/**
 * What goes over the channel to a guest: frames with a mark, a length and a checksum, so that whatever
 * else is written to the channel is skipped. `puppet/guest.c` is the other side.
 */

/** A letter is a run that lies in the mailbox: it has no bytes, and its length says where. */
export const FRAME_KINDS = { hello: 1, run: 2, broken: 3, died: 4, letter: 5 } as const;
export type FrameKind = keyof typeof FRAME_KINDS;

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Uint8Array;
  /** Of a letter: where in the mailbox it lies. */
  readonly place?: number;
}

const MAGIC = 0x504c5254; // "TRLP"
const HEADER_BYTES = 16;
const MOST_BYTES = 0x0100_0000;
const MOST_ZEROES = 0x7f;

/** FNV-1a, begun with what else is to be checked. */
export function checksum(seed: number, bytes: Uint8Array): number {
  let sum = 2166136261 ^ seed;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 16777619);
  return sum >>> 0;
}

/** Sixteen bytes: that is what the lines of both machines take at once. */
export function encodeLetter(place: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  putHeader(bytes, "letter", { length: place, payload: new Uint8Array() });
  return bytes;
}

export function encodeFrame({ kind, payload }: Frame): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  putHeader(bytes, kind, { length: payload.length, payload });
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

function putHeader(
  bytes: Uint8Array,
  kind: FrameKind,
  { length, payload }: { length: number; payload: Uint8Array },
): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FRAME_KINDS[kind], true);
  view.setUint32(8, length, true);
  view.setUint32(12, checksum(FRAME_KINDS[kind] ^ length, payload), true);
}

/** Finds the frames in a stream of bytes. What is none, or came to harm, is dropped. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** How many bytes were no part of a frame. */
  skipped = 0;

  add(chunk: Uint8Array): void {
    this.#bytes =
      this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next whole frame, if all of it has come. */
  next(): Frame | undefined {
    for (;;) {
      this.#toMagic();
      if (this.#bytes.length < HEADER_BYTES) return undefined;
      const length = this.#bytes.readUInt32LE(8);
      const kind = kindOf(this.#bytes.readUInt32LE(4));
      if (kind !== undefined && length <= MOST_BYTES) {
        const end = HEADER_BYTES + (kind === "letter" ? 0 : length);
        if (this.#bytes.length < end) return undefined;
        const payload = this.#bytes.subarray(HEADER_BYTES, end);
        if (checksum(FRAME_KINDS[kind] ^ length, payload) === this.#bytes.readUInt32LE(12)) {
          this.#bytes = this.#bytes.subarray(end);
          return kind === "letter" ? { kind, payload, place: length } : { kind, payload };
        }
      }
      this.#skip(1); // a mark by chance: the next one may be real
    }
  }

  /** What has come of a frame has no rest: look for one behind its mark. */
  giveUp(): void {
    if (this.#bytes.length > 0) this.#skip(1);
  }

  #toMagic(): void {
    const mark = Buffer.alloc(4);
    mark.writeUInt32LE(MAGIC);
    const at = this.#bytes.indexOf(mark);
    // The end may be the first bytes of a mark.
    this.#skip(at >= 0 ? at : Math.max(0, this.#bytes.length - mark.length + 1));
  }

  #skip(count: number): void {
    this.skipped += count;
    this.#bytes = this.#bytes.subarray(count);
  }
}

const KINDS: readonly (FrameKind | undefined)[] = [
  undefined,
  "hello",
  "run",
  "broken",
  "died",
  "letter",
];

function kindOf(number: number): FrameKind | undefined {
  return KINDS[number];
}

/** Numbers of 64 bits, 7 bits a byte; a zero is followed by how many more there are. */
export function packWords(words: BigUint64Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < words.length; ) {
    let word = words[at++] ?? 0n;
    const isZero = word === 0n;
    for (; word >= 0x80n; word >>= 7n) out.push(Number(word & 0x7fn) | 0x80);
    out.push(Number(word));
    if (!isZero) continue;
    let zeroes = 0;
    for (; at < words.length && words[at] === 0n && zeroes < MOST_ZEROES; at++) zeroes++;
    out.push(zeroes);
  }
  return Uint8Array.from(out);
}

export function unpackWords(bytes: Uint8Array): BigUint64Array {
  const out: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    let word = 0n;
    let shift = 0n;
    let byte = bytes[at++] ?? 0;
    for (; byte >= 0x80; byte = bytes[at++] ?? 0) {
      word |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    }
    word |= BigInt(byte) << shift;
    out.push(BigInt.asUintN(64, word));
    if (word !== 0n) continue;
    for (let zeroes = bytes[at++] ?? 0; zeroes > 0; zeroes--) out.push(0n);
  }
  return BigUint64Array.from(out);
}

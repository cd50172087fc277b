import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RingArea, RingCursor } from "./ring.ts";

/** A ring in plain memory, and the kernel that writes to it. */
class FakeRing implements RingArea {
  readonly words: Uint32Array;
  head: number;
  tail: number;

  constructor(words: number, start: number) {
    this.words = new Uint32Array(words).fill(0xdead_beef);
    this.head = start;
    this.tail = start;
  }

  get free(): number {
    return this.words.byteLength - (this.head - this.tail);
  }

  write(record: Uint32Array): void {
    for (const word of record) {
      this.words[(this.head / 4) % this.words.length] = word;
      this.head += 4;
    }
  }

  loadHead(): number {
    return this.head;
  }

  storeTail(tail: number): void {
    this.tail = tail;
  }
}

/** A record of `longs` 64-bit words, header included; what it carries is told by `fill`. */
function record(type: number, misc: number, longs: number, fill: number): Uint32Array {
  const words = Uint32Array.from({ length: longs * 2 }, (_, i) => (fill + i * 0x9e37_79b1) >>> 0);
  words[0] = type;
  words[1] = ((longs * 8) << 16) | misc;
  return words;
}

function wordsOf(cursor: RingCursor): number[] {
  return Array.from({ length: cursor.size / 4 }, (_, index) => cursor.word(index));
}

const records = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    )
    .map((args) => record(...args)),
  { maxLength: 40 },
);
/** Positions far beyond the size of the ring, as after hours. */
const starts = fc.maxSafeInteger().map((n) => (Math.abs(n) % 2 ** 50) - (Math.abs(n) % 8));

describe("any records, of any sizes, from any start", () => {
  test("come out whole and in order, however often the reader looks and lets go", () => {
    const looks = fc.infiniteStream(fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(starts, records, looks, (start, written, every) => {
        const ring = new FakeRing(32, start);
        const cursor = new RingCursor(ring, start);
        const read: number[][] = [];
        const readAll = () => {
          cursor.refresh();
          while (cursor.hasRecord) {
            expect(cursor.type).toBe(cursor.word(0));
            read.push(wordsOf(cursor));
            cursor.advance();
          }
          cursor.release();
          expect(ring.tail).toBe(ring.head);
        };
        let untilLook = 0;
        for (const next of written) {
          if (ring.free < next.byteLength || untilLook-- === 0) {
            readAll();
            untilLook = every.next().value;
          }
          ring.write(next);
        }
        readAll();
        expect(read).toEqual(written.map((it) => [...it]));
      }),
    );
  });

  test("are copied joined, and read as 64-bit values, across the end of the ring", () => {
    fc.assert(
      fc.property(starts, fc.integer({ min: 2, max: 16 }), (start, longs) => {
        const ring = new FakeRing(32, start);
        const written = record(9, 0x4001, longs, start >>> 0);
        ring.write(written);
        const cursor = new RingCursor(ring, start);
        cursor.refresh();
        expect(cursor).toMatchObject({ type: 9, misc: 0x4001, size: longs * 8, hasRecord: true });
        const copy = cursor.copy();
        const plain = new DataView(written.buffer);
        expect(copy.byteLength).toBe(longs * 8);
        for (let at = 0; at < longs; at += 1) {
          expect(copy.getBigUint64(at * 8, true)).toBe(plain.getBigUint64(at * 8, true));
          expect(cursor.u64(at * 2)).toBe(plain.getBigUint64(at * 8, true));
        }
      }),
    );
  });
});

test("the largest record the kernel can write is read as large", () => {
  const ring = new FakeRing(1 << 15, 0);
  const cursor = new RingCursor(ring);
  ring.write(record(9, 2, 8_191, 0));
  cursor.refresh();
  expect(cursor.size).toBe(65_528);
  cursor.advance();
  expect(cursor.hasRecord).toBe(false);
  expect(cursor.pending).toBe(0);
});

test("a record is not seen before the reader looks again", () => {
  const ring = new FakeRing(32, 0);
  const cursor = new RingCursor(ring);
  cursor.refresh();
  ring.write(record(1, 0, 2, 0));
  expect(cursor.hasRecord).toBe(false);
  cursor.refresh();
  expect(cursor.hasRecord).toBe(true);
  expect(cursor.pending).toBe(16);
});

test("space is the kernel's again only after it was released", () => {
  const ring = new FakeRing(32, 0);
  const cursor = new RingCursor(ring);
  ring.write(record(1, 0, 3, 0));
  cursor.refresh();
  cursor.advance();
  expect(ring.tail).toBe(0);
  cursor.release();
  expect(ring.tail).toBe(24);
});

test("a record of no size ends the look instead of repeating it for ever", () => {
  const ring = new FakeRing(32, 64);
  const cursor = new RingCursor(ring, 64);
  ring.write(new Uint32Array(8));
  cursor.refresh();
  cursor.advance();
  expect(cursor.hasRecord).toBe(false);
  expect(cursor.pending).toBe(0);
});

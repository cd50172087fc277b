import fc from "fast-check";
import { expect, test } from "vitest";
import { PERF_RECORD_SAMPLE, sampleLayout } from "../abi/index.ts";
import { FakeRing } from "./fake-ring.ts";
import { HEAD, hitFrame } from "./program/frame.ts";
import { RawHit } from "./raw-hit.ts";

const value = (words: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(64 * words)) - 1n });

/** A number as the 32-bit words that it has in memory. */
function words32(number: bigint, words: number): readonly number[] {
  return Array.from({ length: words * 2 }, (_, i) =>
    Number((number >> BigInt(32 * i)) & 0xffff_ffffn),
  );
}

test("values are read behind a call chain of any length, wherever the ring wraps", () => {
  const draws = fc.integer({ min: 1, max: 4 }).chain((words) =>
    fc.record({
      words: fc.constant(words),
      old: value(words),
      fresh: value(words),
      chain: fc.option(fc.array(fc.integer({ min: 1, max: 1e6 }), { maxLength: 5 })),
      known: fc.constantFrom(0, HEAD.newKnown, HEAD.newKnown | HEAD.oldKnown),
      piece: fc.nat(7),
      start: fc.nat(63),
    }),
  );
  fc.assert(
    fc.property(draws, ({ words, old, fresh, chain, known, piece, start }) => {
      const layout = sampleLayout({ callchain: chain !== null });
      const ring = new FakeRing({ words: 128 });
      for (let n = 0; n < start; n += 1) {
        ring.write(0, []);
        ring.cursor.refresh();
        ring.cursor.advance();
      }
      const frames = chain ?? [];
      const callchain =
        chain === null ? [] : [frames.length, 0, ...frames.flatMap((it) => [it, 0])];
      const payload = [piece | known, ...words32(old, words), ...words32(fresh, words)];
      const raw = [payload.length * 4, ...payload];
      ring.write(PERF_RECORD_SAMPLE, [0, 0, 0, 0, 0, 0, ...callchain, ...raw]);
      ring.cursor.refresh();
      const hit = new RawHit(layout);
      hit.read(ring);
      expect(hit.newValue).toBeUndefined();
      expect(hit.readPayload(words)).toBe(piece);
      expect(hit.newValue).toBe(known === 0 ? undefined : fresh);
      expect(hit.oldValue).toBe((known & HEAD.oldKnown) === 0 ? undefined : old);
      expect(hit.valueFrom).toBe(known === 0 ? undefined : "kernel");
      expect(hit.stack().length).toBe(frames.length);
    }),
  );
});

test("a program's frame fits the stack, its words are aligned, and nothing lies over another", () => {
  for (const words of [1, 2, 3, 4]) {
    const frame = hitFrame(words);
    const areas = [
      [frame.head, 4],
      [frame.old, 8 * words],
      [frame.new, 8 * words],
      [frame.ids, 8],
      [frame.key, 8],
      [frame.entry, 8 * (words + 1)],
      [frame.counter, 48],
      ...Object.values(frame.slots).map((at) => [at, 8] as const),
      [frame.comm, 16],
    ] as const;
    const sorted = areas.toSorted(([a], [b]) => a - b);
    sorted.forEach(([at, bytes], index) => {
      expect(at + bytes).toBeLessThanOrEqual(sorted[index + 1]?.[0] ?? 0);
      if (at !== frame.head) expect(Math.abs(at % 8)).toBe(0);
    });
    expect(sorted[0]?.[0]).toBe(frame.free);
    expect(frame.free).toBeGreaterThan(-350);
    // The three parts of the record follow each other without a hole.
    expect([frame.head + 4, frame.old + 8 * words]).toEqual([frame.old, frame.new]);
    expect(frame.new + 8 * words - frame.head).toBe(frame.payloadBytes);
  }
});

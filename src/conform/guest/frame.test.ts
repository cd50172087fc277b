import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeFrame,
  encodeLetter,
  type Frame,
  FrameReader,
  packWords,
  unpackWords,
} from "./frame.ts";

const frames = fc.array(
  fc.record({
    kind: fc.constantFrom("hello", "run", "broken", "died"),
    payload: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 5 },
);

function readAll(reader: FrameReader): Frame[] {
  const found: Frame[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) found.push(frame);
  return found;
}

function plain({ kind, payload }: Frame) {
  return { kind, payload: [...payload] };
}

test("numbers that are packed come out as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0n), fc.bigInt(0n, (1n << 64n) - 1n))), (words) => {
      expect([...unpackWords(packWords(BigUint64Array.from(words)))]).toEqual(words);
    }),
  );
});

test("many zeroes take few bytes", () => {
  expect(packWords(new BigUint64Array(1000)).length).toBeLessThan(20);
});

test("frames are found whole, however the stream is cut and whatever stands between them", () => {
  const garbage = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(frames, garbage, fc.integer({ min: 1, max: 7 }), (all, between, size) => {
      const stream = Buffer.concat(
        all.flatMap((frame, index) => [between[index] ?? new Uint8Array(), encodeFrame(frame)]),
      );
      const reader = new FrameReader();
      const found: Frame[] = [];
      for (let at = 0; at < stream.length; at += size) {
        reader.add(stream.subarray(at, at + size));
        found.push(...readAll(reader));
      }
      expect(found.map(plain)).toEqual(all.map(plain));
    }),
  );
});

test("a frame that came to harm is dropped, and the next one is found", () => {
  const first = encodeFrame({ kind: "run", payload: Uint8Array.of(1, 2, 3) });
  first[17] = 99;
  const second = encodeFrame({ kind: "run", payload: Uint8Array.of(4) });
  const reader = new FrameReader();
  reader.add(Buffer.concat([first, second]));
  expect(readAll(reader).map(plain)).toEqual([{ kind: "run", payload: [4] }]);
  expect(reader.skipped).toBe(first.length);
});

test("a letter is a frame without bytes, among whatever else comes", () => {
  const reader = new FrameReader();
  reader.add(Buffer.concat([Buffer.from("garbage"), encodeLetter(4_194_304), Buffer.from("TRLP")]));
  expect(reader.next()).toMatchObject({ kind: "letter", place: 4_194_304 });
  expect(reader.next()).toBeUndefined();
});

test("a letter whose place came to harm is none", () => {
  const letter = encodeLetter(8);
  letter[8] = 16;
  const reader = new FrameReader();
  reader.add(letter);
  expect(readAll(reader)).toEqual([]);
});

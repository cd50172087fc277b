import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { crc32c } from "./crc32c.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";
import { readValue, type Value, writeValue } from "./value.ts";

test("the checksum is CRC32C, by the vectors of RFC 3720", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(crc32c(bytes("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("a checksum goes on behind another's bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
      const whole = crc32c(bytes);
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(whole);
    }),
  );
});

test("texts become the platform's UTF-8, and come back as from it, whatever the bytes are", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 20 }), (points) => {
      const text = String.fromCodePoint(...points);
      expect([...encodeUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
      expect(decodeUtf8(encodeUtf8(text))).toBe(text.toWellFormed());
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      // How many marks stand for what is broken is the decoder's choice.
      const marks = /\ufffd+/g;
      const theirs = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      expect(decodeUtf8(bytes).replace(marks, "?")).toBe(theirs.replace(marks, "?"));
    }),
  );
});

const LARGE = 2n ** 256n;

test("numbers of any size and sign come back", () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
      fc.bigInt({ min: 0n, max: LARGE }),
      fc.bigInt({ min: -LARGE, max: LARGE }),
      (natural, signed, big, signedBig) => {
        const bytes = new ByteWriter();
        bytes.varint(natural);
        bytes.signed(signed);
        bytes.big(big);
        bytes.signedBig(signedBig);
        bytes.u32(natural >>> 0);
        const reader = new ByteReader(bytes.written());
        expect(reader.varint()).toBe(natural);
        expect(reader.signed() + 0).toBe(signed + 0);
        expect(reader.big()).toBe(big);
        expect(reader.signedBig()).toBe(signedBig);
        expect(reader.u32()).toBe(natural >>> 0);
        expect(reader.left).toBe(0);
      },
    ),
  );
});

test("a small number is the same bytes as a large one's, so either may read it", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (value) => {
      const [one, other] = [new ByteWriter(), new ByteWriter()];
      one.signed(value);
      other.signedBig(BigInt(value));
      expect([...one.written()]).toEqual([...other.written()]);
    }),
  );
});

const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.boolean(),
    fc.constant(undefined),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.bigInt({ min: -LARGE, max: LARGE }),
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 5 }),
      tie("value").filter((it) => it !== undefined),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
})).value;

test("values come back as they were", () => {
  fc.assert(
    fc.property(values, (value) => {
      const texts: string[] = [];
      const bytes = new ByteWriter();
      writeValue(bytes, value, (text) => texts.push(text) - 1);
      const reader = new ByteReader(bytes.written());
      expect(readValue(reader, (number) => texts[number] ?? "?")).toEqual(value);
      expect(reader.left).toBe(0);
    }),
  );
});

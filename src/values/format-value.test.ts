import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatValue } from "./format-value.ts";
import type { TypeDesc } from "./type-desc.ts";

const int = (size: number, signed: boolean): TypeDesc => ({ kind: "int", name: "", size, signed });
const float = (size: number): TypeDesc => ({ kind: "float", name: "", size });
const char: TypeDesc = { kind: "char", name: "char", size: 1, signed: true };
const bool: TypeDesc = { kind: "bool", name: "bool", size: 1 };
const pointer: TypeDesc = { kind: "pointer", name: "int *", size: 8, target: "int" };
const flags: TypeDesc = {
  kind: "enum",
  name: "enum flags",
  size: 4,
  signed: false,
  values: [
    { name: "READ", value: "1" },
    { name: "WRITE", value: "2" },
    { name: "EXEC", value: "4" },
  ],
};
const bits = (bitOffset: number, bitSize: number, base: TypeDesc): TypeDesc => {
  return { kind: "bits", name: "", size: 2, bitOffset, bitSize, base };
};
const point: TypeDesc = {
  kind: "struct",
  name: "struct point",
  size: 8,
  members: [
    { name: "x", offset: 0, type: int(4, true) },
    {
      name: undefined,
      offset: 4,
      type: {
        kind: "union",
        name: "",
        size: 4,
        members: [{ name: "y", offset: 0, type: int(4, true) }],
      },
    },
  ],
};
const pair: TypeDesc = {
  kind: "struct",
  name: "Some",
  size: 4,
  members: [
    { name: "__0", offset: 0, type: int(2, true) },
    { name: "__1", offset: 2, type: int(2, true) },
  ],
};
const unit: TypeDesc = { kind: "struct", name: "None", size: 0, members: [] };
const variant: TypeDesc = {
  kind: "variant",
  name: "Option",
  size: 9,
  discriminant: { offset: 0, size: 1 },
  variants: [
    { name: "None", value: "0", offset: 0, type: unit },
    { name: "Some", value: "-1", offset: 1, type: pair },
    { name: "Other", value: undefined, offset: 1, type: point },
  ],
};
const array = (element: TypeDesc, count: number): TypeDesc => {
  return { kind: "array", name: "", size: element.size * count, element, count };
};

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("a value is written as its type is", () => {
  test.each<[string, TypeDesc, string, string]>([
    ["signed", int(4, true), "f9 ff ff ff", "-7"],
    ["unsigned", int(4, false), "f9 ff ff ff", "4294967289"],
    ["64 bits", int(8, false), "ff ff ff ff ff ff ff ff", "18446744073709551615"],
    ["a letter", char, "78", "120 'x'"],
    ["a quote", char, "27", "39 '\\''"],
    ["a control character", char, "0a", "10 '\\n'"],
    ["a byte that is no letter", char, "ff", "-1 '\\377'"],
    ["true", bool, "01", "true"],
    ["neither true nor false", bool, "07", "7"],
    ["one flag", flags, "02 00 00 00", "WRITE"],
    ["two flags", flags, "05 00 00 00", "READ | EXEC"],
    ["a flag without a name", flags, "09 00 00 00", "READ | 0x8"],
    ["no flag", flags, "00 00 00 00", "0"],
    ["a pointer", pointer, "10 41 40 00 00 00 00 00", "0x404110 <table+16>"],
    ["a null pointer", pointer, "00 00 00 00 00 00 00 00", "0x0"],
    ["a float by its shortest digits", float(4), "cd cc cc 3d", "0.1"],
    ["a double by its shortest digits", float(8), "9a 99 99 99 99 99 b9 3f", "0.1"],
    ["infinity", float(8), "00 00 00 00 00 00 f0 ff", "-inf"],
    ["no number", float(4), "00 00 c0 7f", "nan"],
    [
      "a long double that is a double",
      float(16),
      "00 00 00 00 00 00 00 a0 ff 3f 00 00 00 00 00 00",
      "1.25",
    ],
    [
      "a long double that is none",
      float(16),
      "cd cc cc cc cc cc cc cc fb 3f 00 00 00 00 00 00",
      "0.1",
    ],
    ["a signed bit field", bits(3, 5, int(4, true)), "e8 00", "-3"],
    ["an unsigned bit field across bytes", bits(3, 7, int(4, false)), "20 03", "100"],
    ["a struct with an anonymous member", point, "01 00 00 00 fe ff ff ff", "{x = 1, {y = -2}}"],
    ["characters up to the NULs at the end", array(char, 8), "65 74 68 30 00 00 00 00", '"eth0"'],
    ["a NUL between characters", array(char, 4), "61 00 62 00", '"a\\000b"'],
    ["an array", array(int(2, true), 3), "01 00 ff ff 03 00", "{1, -1, 3}"],
    ["a variant without fields", variant, "00 01 00 02 00", "None"],
    ["a variant of a tuple, its discriminant signed", variant, "ff 01 00 fe ff", "Some(1, -2)"],
    [
      "the variant that all other discriminants mean",
      variant,
      "07 01 00 00 00 02 00 00 00",
      "Other {x = 1, {y = 2}}",
    ],
    ["a variant of which not even the discriminant is known", variant, "", "?"],
    ["fewer bytes than the type has", int(8, true), "34 12", "0x?1234"],
    ["part of a struct", point, "01 00 00 00", "{x = 1, ?}"],
  ])("%s", (_, type, bytes, text) => {
    const symbolOf = (address: bigint) => (address === 0x404110n ? "table+16" : undefined);
    expect(formatValue(type, hex(bytes), { symbolOf })).toBe(text);
  });
});

test("a long value is cut, and the cut is seen", () => {
  const text = formatValue(array(int(4, true), 30), new Uint8Array(120).fill(0xff), { limit: 20 });
  expect(text).toBe("{-1, -1, -1, -1, -1…");
});

test("the digits of a float are read back as the same float, and none could be left out", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = formatValue(float(4), new Uint8Array(Float32Array.of(value).buffer));
      expect(Math.fround(Number(text))).toBe(value);
    }),
  );
});

test("the digits of a long double are nearer to it than to its neighbours", () => {
  const significands = fc.bigInt({ min: 1n << 63n, max: (1n << 64n) - 1n });
  fc.assert(
    fc.property(
      significands,
      fc.integer({ min: 16383 - 60, max: 16383 + 60 }),
      (digits, exponent) => {
        const bytes = new Uint8Array(16);
        new DataView(bytes.buffer).setBigUint64(0, digits, true);
        new DataView(bytes.buffer).setUint16(8, exponent, true);
        const text = formatValue(float(16), bytes);
        // Compared as whole numbers of 2^-200.
        const shift = BigInt(exponent - 16383 - 63 + 200);
        const exact = digits << shift;
        const error = fixed(text, 200n) - exact;
        expect(2n * (error < 0n ? -error : error)).toBeLessThanOrEqual((1n << shift) + 2n);
      },
    ),
  );
});

/** A decimal text times 2^scale, rounded down. */
function fixed(text: string, scale: bigint): bigint {
  const [mantissa = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction) << scale;
  return power >= 0 ? digits * 10n ** BigInt(power) : digits / 10n ** BigInt(-power);
}

test("any bytes have a text, whatever the type", () => {
  const types = [
    int(4, true),
    char,
    bool,
    flags,
    pointer,
    float(4),
    float(8),
    float(16),
    point,
    array(char, 8),
    bits(3, 7, flags),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 20 }), (type, bytes) => {
      expect(formatValue(type, bytes).length).toBeGreaterThan(0);
    }),
  );
});

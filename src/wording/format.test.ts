import { expect, test } from "vitest";
import { asVa } from "../base/index.ts";
import type { TypeDesc } from "../values/index.ts";
import {
  formatCode,
  formatCount,
  formatObject,
  formatSeconds,
  formatShare,
  formatValue,
} from "./format.ts";

test("numbers are grouped, times have three decimals, shares one", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect(formatCount(999)).toBe("999");
  expect(formatCount(18_446_744_073_709_551_615n)).toBe("18,446,744,073,709,551,615");
  expect(formatSeconds(1_234_567_890n)).toBe("1.235 s");
  expect(formatShare(1, 3)).toBe("33.3 %");
  expect(formatShare(0, 0)).toBe("0.0 %");
});

test("code is a function and an offset, a script's line, an object's offset, or an address", () => {
  const address = asVa(0x401136n);
  expect(formatCode({ kind: "elf", address, symbol: "main", offset: 0x58 })).toBe("main+0x58");
  expect(formatCode({ kind: "elf", address, symbol: "main", offset: 0 })).toBe("main");
  const script = { kind: "jit", address, symbol: "fill", file: "/a/rows.mjs", line: 3 } as const;
  expect(formatCode(script)).toBe("fill rows.mjs:3");
  expect(formatCode({ ...script, symbol: "" })).toBe("(anonymous) rows.mjs:3");
  expect(formatCode({ kind: "elf", address, object: "a", objectOffset: 0x10n })).toBe("+0x10");
  expect(formatCode({ kind: "unknown", address })).toBe("0x401136");
  expect(formatObject(script)).toBe("[jit]");
  expect(formatObject({ kind: "unknown", address })).toBe("[unknown]");
});

test("a value is printed as its type, where that is known", () => {
  const color: TypeDesc = {
    kind: "enum",
    name: "enum color",
    size: 4,
    signed: false,
    values: [
      { name: "RED", value: "0" },
      { name: "BLUE", value: "7" },
    ],
  };
  expect(formatValue(7n, { length: 4, type: color })).toBe("BLUE");
  const double: TypeDesc = { kind: "float", name: "double", size: 8 };
  expect(formatValue(0x3fe0_0000_0000_0000n, { length: 8, type: double })).toBe("0.5");
  expect(formatValue(7n, { length: 4 })).toBe("7");
});

import { describe, expect, test } from "vitest";
import { type Binding, bind } from "./bind.ts";
import { evaluate, type Inputs } from "./interpret.ts";
import { parseCondition } from "./parse.ts";

const INPUTS: Inputs = {
  value: 7n,
  old: 9n,
  tid: 12,
  pid: 10,
  cpu: 1,
  ip: 0x1005n,
  kernel: false,
  comm: "worker",
  type: { bytes: 4, signed: false },
};

const BINDING: Binding = {
  value: { bytes: 4, signed: false },
  noValue: "this watch has no value",
  trapsAfter: true,
  functions: new Map([
    ["store", [{ start: 0x1000n, end: 0x1005n }]],
    ["next", [{ start: 0x1005n, end: 0x1010n }]],
  ]),
};

function run(text: string, inputs: Partial<Inputs> = {}): bigint | undefined | string {
  const parsed = parseCondition(text);
  if (!parsed.ok) return `${parsed.error.column}: ${parsed.error.problem}`;
  const all = { ...INPUTS, ...inputs };
  const bound = bind(parsed.value, { ...BINDING, value: all.type });
  if (!bound.ok) return `${bound.error.column}: ${bound.error.problem}`;
  return evaluate(bound.value, all);
}

describe("an expression means what it says", () => {
  test.each([
    ["value", 7n],
    ["value == 7 && old == 9", 1n],
    ["value + old * 2", 25n],
    ["(value + old) * 2", 32n],
    ["value & 1 == 1", 1n],
    ["value | 8 == 15", 1n],
    ["1 << 4 + 1", 32n],
    ["10 - 4 - 3", 3n],
    ["!value", 0n],
    ["!0 + !0", 2n],
    ["-value", -7n],
    ["~0", -1n],
    ["value < old", 1n],
    ["value - old", -2n],
    ["value - old < 0", 1n],
    ["'a'", 97n],
    ["'\\n' + '\\x10' + '\\0'", 26n],
    ["0xff", 255n],
    ["0b101", 5n],
    ["tid == 12 && pid == 10 && cpu == 1", 1n],
    ["kernel", 0n],
    ['comm == "worker"', 1n],
    ['comm != "worker"', 0n],
    ['"worker" == comm', 1n],
    ["1 || value / 0", 1n],
    ["0 || 0 || 3", 1n],
  ])("%s is %s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });
});

describe("numbers have 64 bits", () => {
  const U64 = { bytes: 8, signed: false };
  test.each([
    ["0x7fffffffffffffff + 1", -0x8000000000000000n],
    ["0xffffffffffffffff + 1", 0n],
    ["-1 / 2", 0n],
    ["-7 / 2", -3n],
    ["-7 % 2", -1n],
    ["7 % -2", 1n],
    ["-1 >> 1", -1n],
    ["0xffffffffffffffff >> 1", 0x7fffffffffffffffn],
    ["1 << 64", 1n],
    ["1 << -1", -0x8000000000000000n],
    ["5 / 0", 0n],
    ["-5 % 0", -5n],
    ["-0x8000000000000000", 0x8000000000000000n],
    ["-0x8000000000000000 / -1", 0n],
    ["(0 - 0x7fffffffffffffff - 1) / -1", -0x8000000000000000n],
    ["-1 < 0xffffffffffffffff", 1n],
    ["-1 == 0xffffffffffffffff", 0n],
    ["0xffffffffffffffff > -1", 1n],
    ["-1 & 0xffffffffffffffff", 0xffffffffffffffffn],
    ["-1 / 0x8000000000000000", 1n],
  ])("%s is %s", (text, expected) => {
    expect(run(text, { type: U64 })).toBe(expected);
  });

  test("a value of eight bytes is unsigned, and its differences wrap", () => {
    expect(run("value - old", { type: U64 })).toBe((1n << 64n) - 2n);
    expect(run("value > -1", { type: U64, value: (1n << 64n) - 1n })).toBe(1n);
  });

  test("a signed value has its sign at any width", () => {
    const value = 0xffn;
    expect(run("value == -1", { value, type: { bytes: 1, signed: true } })).toBe(1n);
    expect(run("value == -1", { value, type: { bytes: 1, signed: false } })).toBe(0n);
    expect(run("value", { value: 0x800000n, type: { bytes: 3, signed: true } })).toBe(-0x800000n);
  });
});

test("ip in a function means its code, and the instruction before the trap", () => {
  expect(run("ip in store")).toBe(1n);
  expect(run("ip in next")).toBe(0n);
  expect(run("ip in store", { ip: 0x1000n })).toBe(0n);
  expect(run("ip in store", { ip: 0xffffffff81000000n, kernel: true })).toBe(0n);
});

describe("what is not known leaves open only what depends on it", () => {
  test.each([
    ["value == 3", undefined],
    ["old == 9", 1n],
    ["tid == 1 && value == 3", 0n],
    ["value == 3 && tid == 1", 0n],
    ["tid == 12 && value == 3", undefined],
    ["tid == 12 || value == 3", 1n],
    ["!(value == 3)", undefined],
    ["value * 0", undefined],
  ])("%s", (text, expected) => {
    expect(run(text, { value: undefined })).toBe(expected);
  });
});

describe("an error tells the column and what is known there", () => {
  const KNOWN = "value, old, tid, pid, cpu, comm, kernel, ip and ip in FUNCTION";
  test.each([
    ["", `0: a condition over ${KNOWN}`],
    ["valeu == 3", `0: no such name: known are ${KNOWN}: did you mean value?`],
    ["value = 3", "6: to compare, write ==: a condition changes nothing"],
    ["value == ", `9: expected ${KNOWN}, an integer or (`],
    ["(value == 3", "11: an operator or ) is expected here"],
    ["value == 3)", "10: no ( is open"],
    ["value 3", "6: an operator or the end is expected here"],
    ["1 < value < 3", "10: comparisons do not chain: write a < b && b < c, or parentheses"],
    ["comm", '4: comm is compared by == or != with a string, as comm == "worker"'],
    ["comm == 3", '8: a string is expected, as comm == "worker"'],
    ['value == "a"', '9: a string is only compared with comm, as comm == "worker"'],
    [
      'comm == "0123456789abcdef"',
      "8: 16 bytes: the kernel keeps 15 of a task's name, so this is never equal",
    ],
    ["value == 010", "9: a leading 0 means octal to some: write it decimal, or as 0x…"],
    ["12ab", "0: a number ends where a letter follows: integers are decimal, 0x… or 0b…"],
    ["0x10000000000000000", "0: it does not fit 64 bits"],
    ["'ab'", "0: a character is one letter between ', as 'a' or '\\n'"],
    ['comm == "a', '8: a string ends with "'],
    ["'\\q'", "0: \\q means nothing: known are \\n \\t \\r \\0 \\xHH \\\\ \\' \\\""],
    ["ip in 3", '6: a function is expected, as ip in store or ip in "ns::f(int)"'],
    ["value ? 1 : 2", "6: there is no ?: here: use && and ||"],
    ["value # 1", "6: this means nothing in a condition"],
    [`${"(".repeat(30)}1${")".repeat(30)}`, "20: nested deeper than 20"],
  ])("%s", (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  test("a watch without a value says why", () => {
    expect(run("tid == 1 && value", { type: undefined })).toBe("12: this watch has no value");
  });
});

test("enumerators of the watched type are names for numbers", () => {
  const type = { bytes: 4, signed: false, constants: new Map([["DONE", 7n]]) };
  expect(run("value == DONE", { type })).toBe(1n);
  expect(run("value == state::DONE", { type })).toBe(1n);
  expect(run("old == DONE", { type })).toBe(0n);
  expect(run("(value == 7) == true", { type })).toBe(1n);
  expect(run("value == DONNE", { type })).toMatch(
    /^9: no such name: .*, and the enumerators DONE: did you mean DONE\?$/,
  );
});

test("a bit field is its own bits, with its own sign", () => {
  const bits = { offset: 3, size: 3 };
  const value = 0b1_101_110n;
  expect(run("value", { value, type: { bytes: 1, signed: false, bits } })).toBe(5n);
  expect(run("value == -3", { value, type: { bytes: 1, signed: true, bits } })).toBe(1n);
});

test("names of functions have the signs of C++, libraries and versions", () => {
  for (const name of ["ns::Class::~Class", "lib.so:f", "f.cold", "memcpy@GLIBC_2.14", "größe"]) {
    expect(parseCondition(`ip in ${name}`)).toMatchObject({
      ok: true,
      value: { kind: "in", name },
    });
  }
  expect(parseCondition('ip in "f(int, char*)"')).toMatchObject({
    value: { name: "f(int, char*)" },
  });
});

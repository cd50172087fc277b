import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleLayout } from "../abi/index.ts";
import { bind } from "./condition/bind.ts";
import { parseCondition } from "./condition/parse.ts";
import type { Conditions } from "./conditions.ts";
import { HEAD } from "./program/frame.ts";
import { RawHit } from "./raw-hit.ts";
import { Sieve, type SieveParts } from "./sieve.ts";

const TYPE = { bytes: 8, signed: false };
const functions = new Map([["store", [{ start: 0x1000n, end: 0x1100n }]]]);

function bound(text: string | undefined) {
  if (text === undefined) return undefined;
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(parsed.error.problem);
  const fitted = bind(parsed.value, { value: TYPE, noValue: "", trapsAfter: true, functions });
  if (!fitted.ok) throw new Error(fitted.error.problem);
  return fitted.value;
}

function sieveOf(parts: Partial<SieveParts> & { condition?: string; expected?: string }) {
  const conditions: Conditions = {
    condition: [bound(parts.condition)],
    expected: [bound(parts.expected)],
    types: [TYPE],
    functions,
    notes: [],
  };
  return new Sieve({
    conditions,
    changes: false,
    ignore: 0,
    every: 1,
    maxRate: undefined,
    commOf: () => "worker",
    ...parts,
  });
}

function hit(it: { value?: bigint; old?: bigint; ip?: number; ms?: number; judged?: boolean }) {
  const raw = new RawHit(sampleLayout({}));
  raw.rebuiltNew = it.value;
  raw.rebuiltOld = it.old;
  raw.ipLow = it.ip ?? 0;
  const ns = (it.ms ?? 0) * 1e6;
  raw.timeLow = ns % 2 ** 32;
  raw.timeHigh = Math.floor(ns / 2 ** 32);
  raw.head = it.judged === true ? HEAD.judged : 0;
  return raw;
}

const NOTHING = {
  expected: 0n,
  condition: 0n,
  unchanged: 0n,
  rate: 0n,
  ignored: 0n,
  every: 0n,
};

describe("a hit that no program has decided about", () => {
  test("is kept if the condition holds, and counted if not", () => {
    const sieve = sieveOf({ condition: "value > 3" });
    expect(sieve.keeps(hit({ value: 4n }))).toBe(true);
    expect(sieve.keeps(hit({ value: 3n }))).toBe(false);
    expect(sieve.leftOut()).toEqual({ ...NOTHING, condition: 1n });
    expect(sieve.undecided).toBe(0);
  });

  test("is kept if its value is not known, and that is counted", () => {
    const sieve = sieveOf({ condition: "value > 3" });
    expect(sieve.keeps(hit({}))).toBe(true);
    expect(sieve.undecided).toBe(1);
    expect(sieve.leftOut()).toEqual(NOTHING);
  });

  test("is left out if an expected function made it, before all else", () => {
    const sieve = sieveOf({ expected: "ip in store", condition: "value > 3", changes: true });
    expect(sieve.keeps(hit({ ip: 0x1001 }))).toBe(false);
    expect(sieve.keeps(hit({ ip: 0x1000, value: 4n, old: 1n }))).toBe(true);
    expect(sieve.leftOut()).toEqual({ ...NOTHING, expected: 1n });
  });

  test("is a change only if both values are known and differ; unknown ones are kept", () => {
    const sieve = sieveOf({ changes: true });
    expect(sieve.keeps(hit({ value: 4n, old: 4n }))).toBe(false);
    expect(sieve.keeps(hit({ value: 4n, old: 5n }))).toBe(true);
    expect(sieve.keeps(hit({ value: 4n }))).toBe(true);
    expect(sieve.leftOut().unchanged).toBe(1n);
    expect(sieve.undecided).toBe(1);
  });
});

test("what a program has decided about is not decided again", () => {
  const sieve = sieveOf({ condition: "value > 3", changes: true });
  expect(sieve.keeps(hit({ value: 1n, old: 1n, judged: true }))).toBe(true);
});

test("a rate allows so many in a second from the first hit on, and again in the next", () => {
  const sieve = sieveOf({ maxRate: 2 });
  const kept = [5_000, 5_100, 5_200, 5_999, 6_000, 6_001, 6_500, 9_000].filter((ms) =>
    sieve.keeps(hit({ ms })),
  );
  expect(kept).toEqual([5_000, 5_100, 6_000, 6_001, 9_000]);
  expect(sieve.leftOut().rate).toBe(3n);
});

test("every hit is kept or counted once, for any ignore, every and values", () => {
  const values = fc.array(fc.bigInt({ min: 0n, max: 9n }), { maxLength: 200 });
  fc.assert(
    fc.property(values, fc.nat(20), fc.integer({ min: 1, max: 20 }), (all, ignore, every) => {
      const sieve = sieveOf({ condition: "value % 2 == 0", ignore, every });
      const kept = all.filter((value) => sieve.keeps(hit({ value })));
      const wanted = all.filter((value) => value % 2n === 0n).slice(ignore);
      expect(kept).toEqual(wanted.filter((_, index) => index % every === 0));
      const left = Object.values(sieve.leftOut()).reduce((sum, count) => sum + count, 0n);
      expect(BigInt(kept.length) + left).toBe(BigInt(all.length));
    }),
  );
});

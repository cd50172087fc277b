import fc from "fast-check";
import { expect, test } from "vitest";
import { type CfiRow, RA, RBP, RSP } from "./cfi-row.ts";
import { type StackPart, type Step, Unwinder } from "./unwinder.ts";

const TOP = 0x7fff_0000_0000;

/** A stack whose words are given from its top on. */
function stackOf(words: readonly number[]): StackPart {
  return { word: (address) => words[(address - TOP) / 8] ?? Number.NaN };
}

/** After `push rbp; sub rsp, size`. */
function pushed(size: number): CfiRow {
  const cfa = { kind: "register", register: RSP, offset: size + 16 } as const;
  const saved = [
    { register: RBP, offset: -16 },
    { register: RA, offset: -8 },
  ];
  return { signal: false, cfa, saved, others: [] };
}

const LEAF: CfiRow = {
  signal: false,
  cfa: { kind: "register", register: RSP, offset: 8 },
  saved: [{ register: RA, offset: -8 }],
  others: [],
};
const START: CfiRow = { ...LEAF, saved: [], others: [{ register: RA, kind: "undefined" }] };
const CODE = new Map<number, Step>([
  [0x1000, LEAF],
  [0x2000, pushed(16)],
  [0x3000, "frame-pointer"],
  [0x4000, START],
]);

function unwound(words: readonly number[], { ip = 0x1000, rbp = 0 } = {}) {
  const unwinder = new Unwinder();
  unwinder.registers.fill(Number.NaN);
  unwinder.registers[RSP] = TOP;
  unwinder.registers[RBP] = rbp;
  unwinder.registers[RA] = ip;
  unwinder.unwind({ stepAt: (address) => CODE.get(address) }, stackOf(words));
  return { callers: [...unwinder.addresses.subarray(0, unwinder.count)], cut: unwinder.cut };
}

test("a leaf's return address is at the top, its caller's behind what that keeps there", () => {
  const words = [0x2000, 0, 0, 0, 0x4000];
  expect(unwound(words)).toEqual({ callers: [0x2000, 0x4000], cut: undefined });
});

test("code without rows is walked by its frame pointer, which the callee gave back", () => {
  const frame = TOP + 8 * 6;
  const words = [0x2000, 0, 0, frame, 0x3000, 0, TOP + 800, 0x4000];
  expect(unwound(words)).toEqual({ callers: [0x2000, 0x3000, 0x4000], cut: undefined });
});

test("a stack ends early where its sample does, and says so", () => {
  expect(unwound([0x2000, 0, 0])).toEqual({ callers: [0x2000], cut: "stack" });
});

test("a return address that is no code is not taken for a caller", () => {
  expect(unwound([0x2000, 0, 0, 0, 0x666])).toEqual({ callers: [0x2000], cut: "no-rule" });
});

test("a frame pointer that points below the stack's top ends the walk", () => {
  expect(unwound([0x3000], { rbp: TOP - 64 })).toEqual({ callers: [0x3000], cut: "no-rule" });
});

test("a frame that says it lies below its callee's goes round in circles, and is left", () => {
  const loop = new Unwinder();
  loop.registers.fill(TOP);
  const row: CfiRow = { ...LEAF, cfa: { kind: "register", register: RSP, offset: 0 } };
  loop.unwind({ stepAt: () => row }, stackOf([0x1000]));
  expect([loop.count, loop.cut]).toEqual([0, "no-rule"]);
});

test("any stack and any rows: the walk ends", () => {
  const words = fc.array(fc.constantFrom(0x1000, 0x2000, 0x3000, TOP, TOP + 64, 0, 7), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(words, fc.constantFrom(0, TOP, TOP + 16), (stack, rbp) => {
      const { callers, cut } = unwound(stack, { rbp });
      expect(callers.length).toBeLessThanOrEqual(256);
      expect(["stack", "no-rule", "depth", undefined]).toContain(cut);
    }),
  );
});

import * as fc from "fast-check";
import { expect } from "vitest";
import { asm, BpfCode, FP, loadProgram, openSys, testRun } from "../../src/linux/index.ts";
import { type Bound, bind } from "../../src/watch/condition/bind.ts";
import {
  type CompiledInputs,
  compileCondition,
  compileValue,
} from "../../src/watch/condition/compile.ts";
import type { BinaryOp, Expression, NumberInput } from "../../src/watch/condition/expression.ts";
import { evaluate, type Inputs } from "../../src/watch/condition/interpret.ts";
import type { ValueType } from "../../src/watch/condition/value-type.ts";
import { requires } from "./requires.ts";

const test = requires({ root: true, registers: 0, commands: [] });
const sys = openSys();

const NAMES: readonly NumberInput[] = ["value", "old", "tid", "pid", "cpu", "ip", "kernel"];
const COMM_ARG = NAMES.length;
const SHIFT_ARG = COMM_ARG + 2;
const slot = (index: number) => -8 * (index + 1);
const INPUTS: CompiledInputs = {
  slots: { value: -8, old: -16, tid: -24, pid: -32, cpu: -40, ip: -48, kernel: -56 },
  comm: slot(COMM_ARG + 1),
  free: slot(COMM_ARG + 1),
};

/** A program that takes the inputs as its arguments and returns 32 bits of what `write` leaves. */
function load(write: (code: BpfCode) => void): number {
  const code = new BpfCode();
  code.add(asm.movReg(6, 1));
  NAMES.forEach((name, index) => {
    code.add(asm.load64(2, 6, index * 8), asm.store64(FP, 2, INPUTS.slots[name]));
  });
  for (const part of [0, 1]) {
    code.add(asm.load64(2, 6, (COMM_ARG + part) * 8), asm.store64(FP, 2, INPUTS.comm + part * 8));
  }
  write(code);
  code.add(asm.load64(2, 6, SHIFT_ARG * 8), asm.aluImm("and", 2, 63));
  code.add(asm.alu("shr", 1, 2), asm.movReg(0, 1), asm.exit());
  const loaded = loadProgram(sys, "rawTracepoint", code.assemble());
  if (loaded.ok) return loaded.value;
  throw new Error(`${loaded.error.errno}: ${loaded.error.log}`);
}

function run(program: number, inputs: Inputs, shift: number): number {
  const comm = new Uint8Array(16);
  comm.set(new TextEncoder().encode(inputs.comm));
  const args = BigUint64Array.from([
    ...NAMES.map((name) => BigInt.asUintN(64, numberOf(inputs, name))),
    ...new BigUint64Array(comm.buffer),
    BigInt(shift),
    0n,
    0n,
  ]);
  const ran = testRun(sys, program, args);
  if (!ran.ok) throw new Error(`test run: ${ran.error}`);
  return ran.value;
}

/** As the hit program puts it on the stack: with its sign. */
function numberOf(inputs: Inputs, name: NumberInput): bigint {
  const raw = BigInt(inputs[name] ?? 0);
  const signed = (name === "value" || name === "old") && inputs.type?.signed === true;
  return signed ? BigInt.asIntN((inputs.type?.bytes ?? 8) * 8, raw) : raw;
}

const edges = [0n, 1n, 2n, 63n, 64n, 0x7fn, 0x80n, 0xffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
const wideEdges = [(1n << 63n) - 1n, 1n << 63n, (1n << 63n) + 1n, (1n << 64n) - 1n];
const u64 = fc.oneof(
  fc.constantFrom(...edges, ...wideEdges),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: 20n }),
);
const COMMS = ["", "worker", "workers", "fifteen-letters", "wörk"];
const FUNCTIONS = new Map([
  [
    "inlined",
    Array.from({ length: 30 }, (_, i) => {
      const start = 0x1000n + 3n * BigInt(i);
      return { start, end: start + 2n };
    }),
  ],
  ["one", [{ start: 0x1000n, end: 0x1100n }]],
  [
    "two",
    [
      { start: 0x7fff_ffff_0000n, end: 0x7fff_ffff_0001n },
      { start: 2n, end: 30n },
    ],
  ],
]);
const ips = [0n, 1n, 2n, 3n, 30n, 31n, 0x1000n, 0x1001n, 0x1100n, 0x1101n, 0x7fff_ffff_0001n];

const OPS: readonly BinaryOp[] = [
  ...(["||", "&&", "==", "!=", "<", "<=", ">", ">="] as const),
  ...(["|", "^", "&", "<<", ">>", "+", "-", "*", "/", "%"] as const),
];

const expression = fc.letrec<{ any: Expression; leaf: Expression }>((tie) => ({
  leaf: fc.oneof(
    u64.map((value): Expression => ({ kind: "integer", value })),
    fc.constantFrom(...NAMES).map((name): Expression => ({ kind: "input", name, column: 0 })),
    fc
      .record({ equal: fc.boolean(), text: fc.constantFrom(...COMMS) })
      .map((it): Expression => ({ kind: "comm", ...it })),
    fc
      .constantFrom(...FUNCTIONS.keys())
      .map((name): Expression => ({ kind: "in", name, column: 0 })),
  ),
  any: fc.oneof(
    { maxDepth: 5, depthSize: "large" },
    tie("leaf"),
    fc
      .record({ op: fc.constantFrom("-", "~", "!"), operand: tie("any") })
      .map((it): Expression => ({ kind: "unary", ...it })),
    {
      weight: 4,
      arbitrary: fc
        .record({ op: fc.constantFrom(...OPS), left: tie("any"), right: tie("any") })
        .map((it): Expression => ({ kind: "binary", ...it })),
    },
  ),
})).any;

const type: fc.Arbitrary<ValueType> = fc.record({
  bytes: fc.integer({ min: 1, max: 8 }),
  signed: fc.boolean(),
});

const drawn: fc.Arbitrary<Omit<Inputs, "type">> = fc.record({
  value: u64,
  old: u64,
  tid: fc.nat(0x7fff_ffff),
  pid: fc.nat(30),
  cpu: fc.nat(3),
  ip: fc.oneof(fc.constantFrom(...ips), u64),
  kernel: fc.boolean(),
  comm: fc.constantFrom(...COMMS),
});

function bound(it: Expression, value: ValueType, trapsAfter: boolean): Bound {
  const result = bind(it, { value, noValue: "", trapsAfter, functions: FUNCTIONS });
  if (!result.ok) throw new Error(result.error.problem);
  return result.value;
}

let cases = 0;

test("any expression has the same value compiled as interpreted, to the last bit", () => {
  fc.assert(
    fc.property(
      expression,
      type,
      fc.boolean(),
      fc.array(drawn, { minLength: 12, maxLength: 12 }),
      (it, value, after, draws) => {
        const fitted = bound(it, value, after);
        const program = load((code) => compileValue(code, fitted, INPUTS));
        try {
          for (const draw of draws) {
            const inputs = cut(draw, value);
            const wanted = BigInt.asUintN(64, evaluate(fitted, inputs) ?? 0n);
            const halves = [run(program, inputs, 0), run(program, inputs, 32)] as const;
            expect((BigInt(halves[1]) << 32n) | BigInt(halves[0])).toBe(wanted);
            cases += 1;
          }
        } finally {
          sys.close(program);
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(cases).toBeGreaterThanOrEqual(7_000);
}, 120_000);

test("any condition is decided the same compiled as interpreted", () => {
  fc.assert(
    fc.property(
      expression,
      type,
      fc.array(drawn, { minLength: 12, maxLength: 12 }),
      (it, value, draws) => {
        const fitted = bound(it, value, true);
        const program = load((code) => {
          const [yes, no, done] = [code.label(), code.label(), code.label()];
          compileCondition(code, fitted, { inputs: INPUTS, yes, no });
          code.place(yes);
          code.add(asm.movImm(1, 1));
          code.jump(done);
          code.place(no);
          code.add(asm.movImm(1, 0));
          code.place(done);
        });
        try {
          for (const draw of draws) {
            const inputs = cut(draw, value);
            expect(run(program, inputs, 0)).toBe(evaluate(fitted, inputs) === 0n ? 0 : 1);
          }
        } finally {
          sys.close(program);
        }
      },
    ),
    { numRuns: 300 },
  );
}, 120_000);

/** A value has as many bytes as its type. */
function cut(draw: Omit<Inputs, "type">, value: ValueType): Inputs {
  const bits = value.bytes * 8;
  return {
    ...draw,
    type: value,
    value: BigInt.asUintN(bits, draw.value ?? 0n),
    old: BigInt.asUintN(bits, draw.old ?? 0n),
  };
}

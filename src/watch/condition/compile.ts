import { type AluOp, asm, type BpfCode, FP, type JumpTest, type Label } from "../../linux/index.ts";
import type { CodeExtent } from "../../symbols/index.ts";
import type { Bound } from "./bind.ts";
import type { BinaryOp, NumberInput } from "./expression.ts";

/** Where a program has what a condition asks for. */
export interface CompiledInputs {
  /**
   * Offsets from the frame pointer of 64-bit numbers, each with the sign it is meant with. `ip` is
   * there always, and is one of which the verifier knows nothing.
   */
  readonly slots: Readonly<Record<NumberInput, number>>;
  /** Offset of the 16 bytes of the task's name. */
  readonly comm: number;
  /** Lowest offset on the stack that the program itself uses: below, the condition may. */
  readonly free: number;
}

/** Registers: the result, the right-hand side, and two for work. R6 to R9 are left alone. */
const RESULT = 1;
const RIGHT = 2;
const WORK = 3;
const WORK2 = 4;
/** So many are compared one by one. */
const FEW_RANGES = 4;
const STACK_BYTES = 512;
const SLOT = 8;

/** Why an expression has no program: its interim results would not fit the stack. */
export class TooDeep extends Error {
  override readonly name = "TooDeep";
}

/** Jumps to one of the labels: the condition decides which. Ends with a jump always. */
export function compileCondition(
  code: BpfCode,
  condition: Bound,
  { inputs, yes, no }: { inputs: CompiledInputs; yes: Label; no: Label },
): void {
  new Compiler(code, inputs).branch(condition, { yes, no, depth: 0 });
}

/** Leaves the value of an expression in R1. */
export function compileValue(code: BpfCode, expression: Bound, inputs: CompiledInputs): void {
  new Compiler(code, inputs).value(expression, 0);
}

interface Targets {
  readonly yes: Label;
  readonly no: Label;
  /** Interim results that are on the stack. */
  readonly depth: number;
}

class Compiler {
  private readonly code: BpfCode;
  private readonly inputs: CompiledInputs;

  constructor(code: BpfCode, inputs: CompiledInputs) {
    this.code = code;
    this.inputs = inputs;
  }

  branch(bound: Bound, targets: Targets): void {
    const { code } = this;
    const { yes, no, depth } = targets;
    if (bound.kind === "unary" && bound.op === "!") {
      this.branch(bound.operand, { yes: no, no: yes, depth });
      return;
    }
    if (bound.kind === "binary" && (bound.op === "&&" || bound.op === "||")) {
      const second = code.label();
      const first = bound.op === "&&" ? { yes: second, no } : { yes, no: second };
      this.branch(bound.left, { ...first, depth });
      code.place(second);
      this.branch(bound.right, targets);
      return;
    }
    if (bound.kind === "binary" && isComparison(bound.op)) {
      this.compare(bound, bound.op, targets);
      return;
    }
    if (bound.kind === "comm") this.comm(bound, targets);
    else if (bound.kind === "in") this.isIn(bound, targets);
    else {
      this.value(bound, depth);
      code.jumpIfImm("ne", RESULT, 0, yes);
      code.jump(no);
    }
  }

  value(bound: Bound, depth: number): void {
    const { code } = this;
    if (isTruth(bound)) {
      this.truth(bound, depth);
      return;
    }
    switch (bound.kind) {
      case "integer":
        code.constant(RESULT, bound.value);
        return;
      case "input":
        code.add(asm.load64(RESULT, FP, this.inputs.slots[bound.name]));
        return;
      case "unary":
        this.value(bound.operand, depth);
        if (bound.op === "-") code.add(asm.neg(RESULT));
        else code.add(asm.aluImm("xor", RESULT, -1));
        return;
      case "binary":
        this.sides(bound, depth);
        this.arithmetic(bound.op, bound.signed, bound.left.signed);
        return;
      default:
        return;
    }
  }

  /** Left-hand side in RESULT, right-hand side in RIGHT. */
  private sides({ left, right }: Bound & { kind: "binary" }, depth: number): void {
    const { code } = this;
    this.value(left, depth);
    if (right.kind === "integer") {
      code.constant(RIGHT, right.value);
      return;
    }
    if (right.kind === "input") {
      code.add(asm.load64(RIGHT, FP, this.inputs.slots[right.name]));
      return;
    }
    const slot = this.inputs.free - SLOT * (depth + 1);
    if (slot < -STACK_BYTES) throw new TooDeep("interim results do not fit the stack");
    code.add(asm.store64(FP, RESULT, slot));
    this.value(right, depth + 1);
    code.add(asm.movReg(RIGHT, RESULT), asm.load64(RESULT, FP, slot));
  }

  private arithmetic(op: BinaryOp, signed: boolean, leftSigned: boolean): void {
    const { code } = this;
    const simple = SIMPLE[op];
    if (simple !== undefined) code.add(asm.alu(simple, RESULT, RIGHT));
    else if (op === "<<" || op === ">>") {
      const right: AluOp = leftSigned ? "sar" : "shr";
      code.add(asm.aluImm("and", RIGHT, 63), asm.alu(op === "<<" ? "shl" : right, RESULT, RIGHT));
    } else if (!signed) code.add(asm.alu(op === "/" ? "div" : "mod", RESULT, RIGHT));
    else this.signedDivision(op);
  }

  /**
   * eBPF learnt to divide with signs late (Linux 6.6), so: with m = x >> 63, all ones if x is
   * negative, (x ^ m) - m is x without its sign, and the same again puts it back.
   */
  private signedDivision(op: BinaryOp): void {
    const { code } = this;
    const sign = (of: number, into: number) =>
      code.add(asm.movReg(into, of), asm.aluImm("sar", into, 63));
    const flip = (what: number, by: number) =>
      code.add(asm.alu("xor", what, by), asm.alu("sub", what, by));
    sign(RESULT, WORK);
    sign(RIGHT, WORK2);
    flip(RESULT, WORK);
    flip(RIGHT, WORK2);
    code.add(asm.alu(op === "/" ? "div" : "mod", RESULT, RIGHT));
    // A quotient has the sign of both together, a remainder that of what was divided.
    if (op === "/") code.add(asm.alu("xor", WORK, WORK2));
    flip(RESULT, WORK);
  }

  private compare(bound: Bound & { kind: "binary" }, op: Comparison, targets: Targets): void {
    const { code } = this;
    const { yes, no } = targets;
    const { left, right } = bound;
    this.sides(bound, targets.depth);
    if (left.signed !== right.signed) {
      // A negative number is below any unsigned one; otherwise both compare as unsigned.
      const negative = left.signed ? RESULT : RIGHT;
      const below = left.signed ? BELOW[op] : BELOW[MIRRORED[op]];
      code.jumpIfImm("slt", negative, 0, below ? yes : no);
    }
    const test = left.signed && right.signed ? SIGNED_TEST[op] : UNSIGNED_TEST[op];
    code.jumpIf(test, RESULT, RIGHT, yes);
    code.jump(no);
  }

  private comm({ equal, text }: Bound & { kind: "comm" }, { yes, no }: Targets): void {
    const { code } = this;
    const bytes = new Uint8Array(16);
    bytes.set(new TextEncoder().encode(text));
    const [same, other] = equal ? [yes, no] : [no, yes];
    for (const [index, word] of new BigUint64Array(bytes.buffer).entries()) {
      code.add(asm.load64(RESULT, FP, this.inputs.comm + index * SLOT));
      code.constant(RIGHT, word);
      code.jumpIf("ne", RESULT, RIGHT, other);
    }
    code.jump(same);
  }

  private isIn({ ranges, after }: Bound & { kind: "in" }, { yes, no }: Targets): void {
    const { code } = this;
    code.add(asm.load64(WORK, FP, this.inputs.slots.ip));
    // Data breakpoints trap behind the access, perhaps at the next function's first byte.
    if (after) code.add(asm.addImm(WORK, -1));
    this.withinAny(ranges, { yes, no });
  }

  /** By halves, for copies that are inlined may be many. What is in none comes to `no`. */
  private withinAny(ranges: readonly CodeExtent[], to: Pick<Targets, "yes" | "no">): void {
    const { code } = this;
    const [middle] = ranges.slice(ranges.length >> 1);
    if (ranges.length <= FEW_RANGES || middle === undefined) {
      for (const it of ranges) this.withinRange(it, to.yes);
      code.jump(to.no);
      return;
    }
    const upper = code.label();
    code.constant(RIGHT, middle.start);
    code.jumpIf("ge", WORK, RIGHT, upper);
    this.withinAny(ranges.slice(0, ranges.length >> 1), to);
    code.place(upper);
    this.withinAny(ranges.slice(ranges.length >> 1), to);
  }

  /** One comparison, for what lies before the start wraps round to far behind the end. */
  private withinRange({ start, end }: CodeExtent, yes: Label): void {
    const { code } = this;
    code.constant(RIGHT, start);
    code.add(asm.movReg(RESULT, WORK), asm.alu("sub", RESULT, RIGHT));
    code.constant(RIGHT, end - start);
    code.jumpIf("lt", RESULT, RIGHT, yes);
  }

  /**
   * 0 or 1 for a truth value in the midst of arithmetic. Twice the exclusive or with something
   * unknown changes nothing, but makes the verifier forget which of the two it is: otherwise it
   * would walk the rest of the program once for each combination of such values.
   */
  private truth(bound: Bound, depth: number): void {
    const { code } = this;
    const [yes, no, done] = [code.label(), code.label(), code.label()];
    this.branch(bound, { yes, no, depth });
    code.place(yes);
    code.add(asm.movImm(RESULT, 1));
    code.jump(done);
    code.place(no);
    code.add(asm.movImm(RESULT, 0));
    code.place(done);
    code.add(asm.load64(RIGHT, FP, this.inputs.slots.ip));
    code.add(asm.alu("xor", RESULT, RIGHT), asm.alu("xor", RESULT, RIGHT));
  }
}

const SIMPLE: Partial<Record<BinaryOp, AluOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "&": "and",
  "|": "or",
  "^": "xor",
};

type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

const SIGNED_TEST: Readonly<Record<Comparison, JumpTest>> = {
  "==": "eq",
  "!=": "ne",
  "<": "slt",
  "<=": "sle",
  ">": "sgt",
  ">=": "sge",
};
const UNSIGNED_TEST: Readonly<Record<Comparison, JumpTest>> = {
  ...SIGNED_TEST,
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};
/** Whether the comparison holds when its left-hand side is the lesser. */
const BELOW: Readonly<Record<Comparison, boolean>> = {
  "==": false,
  "!=": true,
  "<": true,
  "<=": true,
  ">": false,
  ">=": false,
};
/** The comparison with its sides changed. */
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function isComparison(op: BinaryOp): op is Comparison {
  return op in SIGNED_TEST;
}

function isTruth(bound: Bound): boolean {
  switch (bound.kind) {
    case "comm":
    case "in":
      return true;
    case "unary":
      return bound.op === "!";
    case "binary":
      return bound.op === "&&" || bound.op === "||" || isComparison(bound.op);
    default:
      return false;
  }
}

import { type AluOp, asm, type BpfCode, FP, type Label } from "../../linux/index.ts";
import type { Bound } from "./bind.ts";
import {
  BELOW,
  type Comparison,
  isComparison,
  MIRRORED,
  SIGNED_TEST,
  UNSIGNED_TEST,
} from "./comparisons.ts";
import { addSignedDivision } from "./compile-division.ts";
import { addWithin } from "./compile-within.ts";
import type { BinaryOp, NumberInput } from "./expression.ts";
import { RESULT, RIGHT, WORK } from "./registers.ts";

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
    else addSignedDivision(code, op);
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
    addWithin(code, ranges, { yes, no });
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

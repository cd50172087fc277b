import { asm, type BpfCode } from "../../linux/index.ts";
import type { BinaryOp } from "./expression.ts";
import { RESULT, RIGHT, WORK, WORK2 } from "./registers.ts";

/**
 * RESULT becomes RESULT / RIGHT, or the remainder. eBPF learnt to divide with signs late (Linux 6.6),
 * so: with m = x >> 63, all ones if x is negative, (x ^ m) - m is x without its sign, and the same
 * again puts it back.
 */
export function addSignedDivision(code: BpfCode, op: BinaryOp): void {
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

import { asm, type BpfCode, type Label } from "../../linux/index.ts";
import type { CodeExtent } from "../../symbols/index.ts";
import { RESULT, RIGHT, WORK } from "./registers.ts";

/** So many are compared one by one. */
const FEW_RANGES = 4;

/**
 * Jumps to `yes` if the address in WORK is in one of the ranges, which are in ascending order, and
 * else to `no`. By halves, for copies that are inlined may be many.
 */
export function addWithin(
  code: BpfCode,
  ranges: readonly CodeExtent[],
  to: { readonly yes: Label; readonly no: Label },
): void {
  const half = ranges.length >> 1;
  const middle = ranges[half];
  if (ranges.length <= FEW_RANGES || middle === undefined) {
    for (const it of ranges) addWithinOne(code, it, to.yes);
    code.jump(to.no);
    return;
  }
  const upper = code.label();
  code.constant(RIGHT, middle.start);
  code.jumpIf("ge", WORK, RIGHT, upper);
  addWithin(code, ranges.slice(0, half), to);
  code.place(upper);
  addWithin(code, ranges.slice(half), to);
}

/** One comparison, for what lies before the start wraps round to far behind the end. */
function addWithinOne(code: BpfCode, { start, end }: CodeExtent, yes: Label): void {
  code.constant(RIGHT, start);
  code.add(asm.movReg(RESULT, WORK), asm.alu("sub", RESULT, RIGHT));
  code.constant(RIGHT, end - start);
  code.jumpIf("lt", RESULT, RIGHT, yes);
}

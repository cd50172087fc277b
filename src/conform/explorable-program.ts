import { ExplorableKernel, type Kernel } from "../kernel/index.ts";
import { Violation } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { judgeCheck } from "./model-run.ts";

/**
 * A program for whoever explores it: what it expects must hold at the end of every run, what it
 * wants reached at the end of at least one. Its statements keep no order but their own actors'.
 */
export function explorableProgram(program: Program, name: string): ExplorableKernel {
  return new ExplorableKernel(program, {
    name,
    checkEnd: (kernel) => checkExpectations(program, kernel),
    goals: program.reach.map((check) => ({
      name: check.text,
      holds: (kernel: Kernel) => judgeCheck(check, kernel).ok,
    })),
  });
}

function checkExpectations(program: Program, kernel: Kernel): void {
  for (const check of program.expect) {
    const { ok, seen } = judgeCheck(check, kernel);
    if (!ok) throw new Violation("expectation", `${check.text}: it is ${seen} at the end`);
  }
}

import {
  type BootOptions,
  ExplorableKernel,
  type ExplorableOptions,
  type Kernel,
} from "../kernel/index.ts";
import { Violation } from "../machine/index.ts";
import type { Program, Step } from "../scenario/index.ts";
import { isExpectedWord, judgeCheck } from "./model-run.ts";

/**
 * A program for whoever explores it: what it expects must hold at the end of every run, what it
 * wants reached at the end of at least one. Its statements keep no order but their own actors'.
 */
export function explorableProgram(
  program: Program,
  name: string,
  options: BootOptions & Pick<ExplorableOptions, "reduce" | "symmetry"> = {},
): ExplorableKernel {
  const ordered = orderedSteps(program);
  return new ExplorableKernel(program, {
    ...options,
    symmetry: options.symmetry === true && !namesAnybody(program),
    name,
    checkEnd: (kernel) => {
      checkResults(ordered, kernel);
      checkExpectations(program, kernel);
    },
    goals: program.reach.map((check) => ({
      name: check.text,
      holds: (kernel: Kernel) => judgeCheck(check, kernel).ok,
    })),
  });
}

/** Whether what is expected at the end tells tasks or processors apart. */
function namesAnybody({ expect, reach }: Program): boolean {
  return expect.length + reach.length > 0;
}

function checkExpectations(program: Program, kernel: Kernel): void {
  for (const check of program.expect) {
    const { ok, seen } = judgeCheck(check, kernel);
    if (!ok) throw new Violation("expectation", `${check.text}: it is ${seen} at the end`);
  }
}

/**
 * The statements up to the first phase in which several actors act. Their order is the file's in every
 * run, so the results that the file gives are the only ones.
 */
function orderedSteps(
  program: Program,
): readonly { readonly step: Step; readonly index: number }[] {
  const byPhase = Map.groupBy(program.steps, ({ phase }) => phase);
  const raced = [...byPhase].filter(([, steps]) => new Set(steps.map((it) => it.actor)).size > 1);
  const first = Math.min(...raced.map(([phase]) => phase));
  return program.steps
    .map((step, index) => ({ step, index }))
    .filter(({ step }) => step.phase < first);
}

function checkResults(
  ordered: readonly { readonly step: Step; readonly index: number }[],
  kernel: Kernel,
): void {
  for (const { step, index } of ordered) {
    const word = kernel.user.result.get(1, index);
    if (!isExpectedWord(step, word, kernel))
      throw new Violation("expectation", `line ${step.at.line}: ${step.text}: another result`);
  }
}

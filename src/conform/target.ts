import type { Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { whyNotLinux } from "./linux-applicable.ts";
import { runOnLinux } from "./linux-run.ts";
import { LinuxTarget } from "./linux-target.ts";
import { missingFixes, runOnModel } from "./model-run.ts";
import type { RunReport } from "./report.ts";

export const TARGET_NAMES = ["model", "linux"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** Whatever can run a program. */
export interface Target extends Disposable {
  readonly name: TargetName;
  /** Why a program has no place on it; undefined if it has. */
  whyNot(program: Program): string | undefined;
  run(program: Program): Promise<RunReport>;
}

export type StepListener = (done: Done, kernel: Kernel) => void;

/** `onStep` is told of each atomic step, where there are such. */
export function openTarget(name: TargetName, onStep?: StepListener): Target {
  return name === "model" ? openModel(onStep) : openLinux();
}

function openModel(onStep?: StepListener): Target {
  return {
    name: "model",
    whyNot(program) {
      const missing = missingFixes(program).join(", ");
      return missing === "" ? undefined : `the model cannot switch the fix ${missing} off`;
    },
    run: async (program) => runOnModel(program, onStep),
    [Symbol.dispose]: () => undefined,
  };
}

/** The puppet is started with the first program that it can run. */
function openLinux(): Target {
  let puppet: LinuxTarget | undefined;
  return {
    name: "linux",
    whyNot: whyNotLinux,
    run(program) {
      puppet ??= LinuxTarget.open();
      return runOnLinux(program, puppet);
    },
    [Symbol.dispose]: () => puppet?.[Symbol.dispose](),
  };
}

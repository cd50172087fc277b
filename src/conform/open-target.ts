import { availableParallelism } from "node:os";
import { Channel } from "./channel.ts";
import { whyNotLinux } from "./linux-applicable.ts";
import { openLinuxLine } from "./linux-line.ts";
import { missingFixes, runOnModel } from "./model-run.ts";
import { puppetTarget } from "./puppet-target.ts";
import type { RaceTarget, StepListener, Target, TargetName } from "./target.ts";

/** `onStep` is told of each atomic step, where there are such. */
export function openTarget(name: TargetName, onStep?: StepListener): Target {
  return name === "linux" ? openLinux() : openModel(name, onStep);
}

function openModel(name: TargetName, onStep?: StepListener): Target {
  const asIntended = name === "model:as-intended";
  return {
    name,
    whyNot(program) {
      const missing = missingFixes(program).join(", ");
      return missing === "" ? undefined : `the model cannot switch the fix ${missing} off`;
    },
    run: async (program) => runOnModel(program, { asIntended, onStep }),
    [Symbol.dispose]: () => undefined,
  };
}

/** This computer's kernel. */
export function openLinux(): RaceTarget {
  return puppetTarget({
    name: "linux",
    isShared: true,
    whyNot: whyNotLinux,
    open: () => new Channel(openLinuxLine(), { name: "linux", cpus: availableParallelism() }),
  });
}

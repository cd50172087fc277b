import { availableParallelism } from "node:os";
import { missingFixes, runOnModel } from "../check/index.ts";
import type { Program } from "../scenario/index.ts";
import { Channel } from "./channel.ts";
import { isGuestName } from "./guest/guest-name.ts";
import { GuestTarget } from "./guest/guest-target.ts";
import { whyNotLinux } from "./linux-applicable.ts";
import { openLinuxLine } from "./linux-line.ts";
import { puppetTarget } from "./puppet-target.ts";
import {
  isModelKind,
  MODEL_KINDS,
  type ModelName,
  type RaceTarget,
  type StepListener,
  type Target,
  type TargetName,
  type TargetOptions,
} from "./target.ts";

/** A guest is started, and asked what it is, before it is returned. */
export async function openTarget(name: TargetName, options: TargetOptions = {}): Promise<Target> {
  if (isGuestName(name)) return await GuestTarget.open(name, options);
  return name === "linux" ? openLinux() : openModel(name, options.onStep);
}

function openModel(name: ModelName, onStep?: StepListener): Target {
  const kind = name.slice("model:".length);
  const design = isModelKind(kind) ? MODEL_KINDS[kind] : undefined;
  return {
    name,
    whyNot(program) {
      const missing = missingFixes(program).join(", ");
      if (missing !== "") return `the model cannot switch the fix ${missing} off`;
      const { arch } = program.machine;
      return design === undefined || arch.startsWith("powerpc")
        ? undefined
        : `it is for ${arch}, which has no designs`;
    },
    run: async (program) =>
      runOnModel(onDesign(program, design), { asIntended: kind === "as-intended", onStep }),
    [Symbol.dispose]: () => undefined,
  };
}

function onDesign(program: Program, design: Program["machine"]["design"]): Program {
  if (design === undefined) return program;
  return { ...program, machine: { ...program.machine, design } };
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

import { availableParallelism, release as ownRelease } from "node:os";
import { releaseOf } from "../abi/index.ts";
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
  const release = releaseOf(kind);
  return {
    name,
    release,
    whyNot(program) {
      const missing = missingFixes(program).join(", ");
      if (missing !== "") return `the model cannot switch the fix ${missing} off`;
      const { arch } = program.machine;
      return design === undefined || release !== undefined || arch.startsWith("powerpc")
        ? undefined
        : `it is for ${arch}, which has no designs`;
    },
    run: async (program) =>
      runOnModel(withMachine(program, { design, release }), {
        asIntended: kind === "as-intended",
        onStep,
      }),
    [Symbol.dispose]: () => undefined,
  };
}

type Made = Pick<Program["machine"], "design" | "release">;

function withMachine(program: Program, { design, release }: Made): Program {
  const { machine } = program;
  const taken = machine.arch.startsWith("powerpc") ? design : undefined;
  const made = { design: taken ?? machine.design, release: release ?? machine.release };
  return { ...program, machine: { ...machine, ...made } };
}

/** This computer's kernel. */
export function openLinux(): RaceTarget {
  return puppetTarget({
    name: "linux",
    isShared: true,
    release: releaseOf(ownRelease()),
    whyNot: whyNotLinux,
    open: () => new Channel(openLinuxLine(), { name: "linux", cpus: availableParallelism() }),
  });
}

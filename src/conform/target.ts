import type { FixId, Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { type GuestName, isGuestName, parseGuestName } from "./guest/guest-name.ts";
import { GuestTarget } from "./guest/guest-target.ts";
import type { GuestOptions } from "./guest/start-guest.ts";
import { whyNotLinux } from "./linux-applicable.ts";
import { runOnLinux } from "./linux-run.ts";
import { LinuxTarget } from "./linux-target.ts";
import { missingFixes, runOnModel } from "./model-run.ts";
import type { Dialect } from "./random-dialect.ts";
import type { RunReport } from "./report.ts";
import { TargetError } from "./target-error.ts";

/** `model:b` is the model of every powerpc program with that design, whichever the program names. */
export type ModelName = "model" | `model:${ModelDesign}`;
export type TargetName = ModelName | "linux" | GuestName;

/** powerpc's designs, and the kernels that have them. */
const MODEL_DESIGNS = {
  a: "a",
  b: "b",
  c: "c",
  d: "d",
  "per-cpu": "per-cpu",
  "6.1": "b",
  "6.12": "c",
} as const;
type ModelDesign = keyof typeof MODEL_DESIGNS;

/** Whatever can run a program. */
export interface Target extends Disposable {
  readonly name: TargetName;
  /** What random scenarios for it are made of; undefined for whoever runs any. */
  readonly dialect?: Dialect;
  /** Fixes that its kernel was seen not to have: a model that is held against it has none, either. */
  readonly lacks?: readonly FixId[];
  /** Why a program has no place on it; undefined if it has. */
  whyNot(program: Program): string | undefined;
  run(program: Program): Promise<RunReport>;
}

export type StepListener = (done: Done, kernel: Kernel) => void;

export interface TargetOptions extends GuestOptions {
  /** Is told of each atomic step, where there are such. */
  readonly onStep?: StepListener | undefined;
}

/** The name of a target, checked as far as can be without opening it. */
export function parseTargetName(text: string): TargetName {
  if (text === "model" || text === "linux") return text;
  if (isGuestName(text)) return parseGuestName(text).name;
  const [head, design = ""] = text.split(":");
  if (head === "model" && isModelDesign(design)) return `model:${design}`;
  const known = "model, linux, or guest:ppc64le-6.1, guest:ppc64le-6.12, guest:arm64-6.12";
  throw new TargetError(`${text}: no such target: take ${known}`);
}

function isModelDesign(text: string): text is ModelDesign {
  return Object.hasOwn(MODEL_DESIGNS, text);
}

/** The program as `target` is to run it beside others: what a real kernel lacks, a model lacks, too. */
export function beside(program: Program, target: Target, others: readonly Target[]): Program {
  const lacks = others.flatMap((it) => it.lacks ?? []);
  if (lacks.length === 0 || !target.name.startsWith("model")) return program;
  return { ...program, withoutFixes: [...new Set([...program.withoutFixes, ...lacks])] };
}

/** A guest is started, and asked what it is, before it is returned. */
export async function openTarget(name: TargetName, options: TargetOptions = {}): Promise<Target> {
  if (isGuestName(name)) return await GuestTarget.open(name, options);
  return name === "linux" ? openLinux() : openModel(name, options.onStep);
}

function openModel(name: ModelName, onStep?: StepListener): Target {
  const asked = name.slice("model:".length);
  const design = isModelDesign(asked) ? MODEL_DESIGNS[asked] : undefined;
  return {
    name,
    whyNot(program) {
      const missing = missingFixes(program).join(", ");
      if (missing !== "") return `the model cannot switch the fix ${missing} off`;
      const hasDesigns = program.machine.arch.startsWith("powerpc");
      return design === undefined || hasDesigns
        ? undefined
        : `it is for ${program.machine.arch}, which has no designs`;
    },
    run: async (program) => runOnModel(onDesign(program, design), onStep),
    [Symbol.dispose]: () => undefined,
  };
}

function onDesign(program: Program, design: Program["machine"]["design"]): Program {
  if (design === undefined) return program;
  return { ...program, machine: { ...program.machine, design } };
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

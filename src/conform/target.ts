import type { Release } from "../abi/index.ts";
import type { RunReport } from "../check/index.ts";
import type { FixId, Kernel } from "../kernel/index.ts";
import type { Done } from "../machine/index.ts";
import type { Program } from "../scenario/index.ts";
import { GUEST_KINDS, type GuestName, isGuestName, parseGuestName } from "./guest/guest-name.ts";
import type { GuestOptions } from "./guest/start-guest.ts";
import type { Dialect } from "./random/dialect.ts";
import { TargetError } from "./target-error.ts";
import type { Races } from "./wire.ts";

/** What a model can be told: what is said of Linux' mistakes, or which of powerpc's designs it has. */
export const MODEL_KINDS = {
  "as-is": undefined,
  "as-intended": undefined,
  a: "a",
  b: "b",
  c: "c",
  d: "d",
  "per-cpu": "per-cpu",
  "6.1": "b",
  "6.12": "c",
} as const;
export type ModelKind = keyof typeof MODEL_KINDS;

/**
 * `model` is Linux as it is, with the mistakes that it is known to have; `model:b` has that design for
 * every powerpc program, whichever the program names.
 */
export type ModelName = "model" | `model:${ModelKind}`;
export type TargetName = ModelName | "linux" | GuestName;

/** Whatever can run a program. */
export interface Target extends Disposable {
  readonly name: TargetName;
  /** What random scenarios for it are made of; undefined for whoever runs any. */
  readonly dialect?: Dialect;
  /** Fixes that its kernel was seen not to have: a model that is held against it has none, either. */
  readonly lacks?: readonly FixId[];
  /** Of its kernel: a model that is held against it is of that age. */
  readonly release?: Release | undefined;
  /** Why a program has no place on it; undefined if it has. */
  whyNot(program: Program): string | undefined;
  run(program: Program): Promise<RunReport>;
}

/** A real kernel, on which the actors of a program can be let loose at once. */
export interface RaceTarget extends Target {
  /** Whether others live on it: then nothing is provoked without leave. */
  readonly isShared: boolean;
  /** Tells what came of each try as it comes; `seed` is the number that makes its delays. */
  race(
    program: Program,
    races: Races,
    onReport: (report: RunReport, seed: number) => void,
  ): Promise<void>;
}

export function isRaceTarget(target: Target): target is RaceTarget {
  return "race" in target;
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
  const [head, kind = ""] = text.split(":");
  if (head === "model" && isModelKind(kind)) return `model:${kind}`;
  const kinds = Object.keys(MODEL_KINDS).map((it) => `model:${it}`);
  const guests = GUEST_KINDS.map(({ name }) => `guest:${name}`);
  const known = ["model", ...kinds, "linux", ...guests].join(", ");
  throw new TargetError(`--on ${text}: no such target: take one of ${known}`);
}

export function isModelKind(text: string): text is ModelKind {
  return Object.hasOwn(MODEL_KINDS, text);
}

/**
 * The program as `target` is to run it beside others: a model is of the age of the real kernel, and
 * lacks what that lacks.
 */
export function beside(program: Program, target: Target, others: readonly Target[]): Program {
  if (!target.name.startsWith("model")) return program;
  const lacks = others.flatMap((it) => it.lacks ?? []);
  const [release] = others.flatMap((it) => (it.release === undefined ? [] : [it.release]));
  const { machine } = program;
  return {
    ...program,
    machine: release === undefined ? machine : { ...machine, release },
    withoutFixes: [...new Set([...program.withoutFixes, ...lacks])],
  };
}

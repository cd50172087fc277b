import { sampleLayout } from "../abi/index.ts";
import { type Features, type Privileges, sysctl } from "../linux/index.ts";
import type { ArmPlan } from "./arming.ts";
import type { Strategy } from "./coverage.ts";
import type { WatchOptions } from "./options.ts";
import type { HitPrograms } from "./program/hit-programs.ts";
import { STRING_REGISTERS, UNWIND_REGISTERS } from "./sampled-user.ts";
import type { Spot } from "./spot.ts";

const PAGE = 4096;
const MEBIBYTE = 1 << 20;
/** All rings together, where memory may be locked; and the least and most for one. */
const ALL_RINGS = 64 * MEBIBYTE;
const MOST_PAGES = (4 * MEBIBYTE) / PAGE;
/** With pieces of stacks a record is some ten times as large. */
const MOST_PAGES_OF_STACKS = (16 * MEBIBYTE) / PAGE;
const LEAST_PAGES = 8;
const SIDE_PAGES = 64;
/** What a user may lock for each CPU without a right to more: kernel.perf_event_mlock_kb. */
const DEFAULT_MLOCK_KB = 516;

const FULL_STACK = 127;
/** Enough to come from a builtin to the JavaScript that it works for. */
const SCRIPT_STACK = 32;

/** Bytes of a stack that are sampled: some ten calls of common size, see docs/decisions/0007. */
const STACK_BYTES = 1024;
const MAX_STACK_BYTES = 48 * 1024;

/**
 * The general registers of x86-64 as perf numbers them: AX to IP are bits 0 to 8, R8 to R15 are
 * bits 16 to 23.
 */
const X86_GENERAL_REGISTERS = 0xff_01ffn;

export interface PlanFacts {
  readonly spots: readonly Spot[];
  readonly features: Features;
  readonly privileges: Privileges;
  /** Rings that there will be: one for each CPU, or for each thread. */
  readonly lanes: number;
  readonly cpus: number;
  readonly strategy: Strategy;
  /** Some target is named through a perf map. */
  readonly scripts: boolean;
  readonly programs: HitPrograms | undefined;
  /** Values are wanted: where no program reads them, the registers tell some. */
  readonly wantsValues: boolean;
}

/** What each event will be like: decided once, before the first is opened. */
export function planEvents(options: WatchOptions, facts: PlanFacts): ArmPlan {
  const { spots, features, privileges, strategy, scripts, programs } = facts;
  const pieces = spots.reduce((sum, spot) => sum + spot.pieces.length, 0);
  const stack = options.stack === true;
  const unwinds = stack && options.callGraph !== "fp";
  const userChain = options.stack ?? scripts;
  const repeats = stack || options.repeats !== false;
  // Programs know by themselves which registers fired for one access. Samples do not.
  const samples = programs === undefined || strategy === "task";
  const straddled = samples && spots.some((spot) => spot.pieces.length > 1);
  const rebuilds = facts.wantsValues && programs === undefined;
  const registers = straddled || rebuilds ? X86_GENERAL_REGISTERS : repeats ? STRING_REGISTERS : 0n;
  // Of a processor, the switches of all tasks are told, which are many.
  const switches = options.switchEvents === true;
  const kernelMode = countsKernel(options, privileges);
  const depth = stack ? FULL_STACK : SCRIPT_STACK;
  const budget = budgetPages(facts, stack ? MOST_PAGES_OF_STACKS : MOST_PAGES);
  const wished = options.ringBytes === undefined ? budget : options.ringBytes / PAGE;
  return {
    spots,
    features,
    cpus: options.cpus,
    layout: sampleLayout({
      // Per task, the events of many threads share a ring; else as many as there are pieces.
      identifier: strategy === "task" || (samples && pieces > 1),
      cpu: strategy === "thread",
      callchain: kernelMode || userChain,
      regsUser: unwinds,
      stackUser: unwinds,
      regsIntr: registers !== 0n,
    }),
    kernelMode,
    // The kernel's own frames tell the system call, and cost nothing where the program itself stores.
    userChain,
    children: options.children !== false,
    maxStack: Math.min(depth, sysctl("kernel.perf_event_max_stack") ?? FULL_STACK),
    switches,
    straddled,
    rebuilds,
    registers,
    userRegisters: unwinds ? UNWIND_REGISTERS : 0n,
    stackBytes: unwinds ? stackBytes(options) : 0,
    hitPages: powerOfTwo(wished, options.ringBytes === undefined ? "down" : "up"),
    ...(programs === undefined ? {} : { programs }),
    sidePages: powerOfTwo(Math.min(switches ? MOST_PAGES : SIDE_PAGES, budget / 2), "down"),
  };
}

/** perf takes a multiple of 8, and a record holds 64 KiB. */
function stackBytes({ stackBytes = STACK_BYTES }: WatchOptions): number {
  return Math.min(MAX_STACK_BYTES, Math.ceil(stackBytes / 8) * 8);
}

/** Whether the kernel's accesses are counted: where that is wanted, and permitted. */
export function countsKernel({ kernel }: WatchOptions, privileges: Privileges): boolean {
  return kernel !== false && (privileges.perfmon || (privileges.paranoid ?? 2) <= 1);
}

function budgetPages({ privileges, lanes, cpus }: PlanFacts, most: number): number {
  if (privileges.uid === 0) {
    return Math.min(most, Math.max(LEAST_PAGES, ALL_RINGS / PAGE / lanes));
  }
  // Half for the hits; the rest for the side rings, the control pages and other users of perf.
  const lockable = (sysctl("kernel.perf_event_mlock_kb") ?? DEFAULT_MLOCK_KB) * 1024 * cpus;
  return Math.min(most, lockable / PAGE / lanes / 2);
}

function powerOfTwo(pages: number, towards: "up" | "down"): number {
  const exponent = Math.log2(Math.max(1, pages));
  return 2 ** (towards === "up" ? Math.ceil(exponent) : Math.floor(exponent));
}

import type { FixId } from "../../kernel/index.ts";
import type { EventSpec, Program, Resolved, Step } from "../../scenario/index.ts";
import { returningToRoot, tooLarge, unseen } from "../linux-applicable.ts";
import type { GuestSpec } from "./guest-name.ts";
import { GUEST_CPUS } from "./machine-flags.ts";
import type { Flaw } from "./probes.ts";

/** What a guest was found to be. */
export interface GuestFacts {
  readonly spec: GuestSpec;
  readonly slots: { readonly data: number; readonly inst: number };
  readonly flaws: readonly Flaw[];
  readonly lacks: readonly FixId[];
}

const REFUSED: Readonly<Record<string, string>> = {
  "open-wide": "only a kernel module can register a wide breakpoint",
  offline: "the puppet does not take CPUs away",
  online: "the puppet does not take CPUs away",
  step: "a step of the puppet is one of its instructions, not one of the scenario's",
  skip: "the puppet's instructions are not the scenario's",
  rmw: "no instruction of this architecture loads and stores at once",
  larx: "the reservation would not outlive the puppet's own stores",
  stcx: "the reservation would not outlive the puppet's own stores",
};

const DOUBLE_WORD = 8;

/** Why a program cannot be run on a guest; undefined if it can. */
export function whyNotGuest(
  program: Program,
  { spec, slots, flaws, lacks }: GuestFacts,
): string | undefined {
  const { machine, withoutFixes, steps } = program;
  const { cpu, kind } = spec;
  if (machine.arch !== cpu.arch) return `it is for ${machine.arch}, ${cpu.name} is ${cpu.arch}`;
  if (machine.design !== kind.design)
    return `it is for design ${machine.design}, Linux ${kind.release} has ${kind.design}`;
  const fixed = withoutFixes.filter((fix) => !lacks.some((it) => it === fix));
  if (fixed.length > 0) return `it needs a kernel without the fix ${fixed.join(" ")}`;
  if (machine.cpus > GUEST_CPUS) return `it needs ${machine.cpus} CPUs, a guest has ${GUEST_CPUS}`;
  if (machine.slots !== slots.data || machine.instSlots !== slots.inst)
    return (
      `it is for ${machine.slots} and ${machine.instSlots} registers, ` +
      `${cpu.name} has ${slots.data} and ${slots.inst}`
    );
  const refused = [
    ...steps.map(({ action }) => action),
    ...program.functions.flatMap((it) => it.body),
  ];
  const word = refused.find(({ kind: it }) => REFUSED[it] !== undefined)?.kind;
  if (word !== undefined) return `${word}: ${REFUSED[word]}`;
  const general = returningToRoot(program) ?? unseen(program) ?? tooLarge(program);
  return general ?? flawIn(program, flaws);
}

/** An emulator's flaw that the program would meet. */
function flawIn(program: Program, flaws: readonly Flaw[]): string | undefined {
  const meets: Record<Flaw["id"], () => Step | undefined> = {
    "user-only": () => (canWatchKernelToo(program) ? undefined : find(program, excludesKernel)),
    "user-excluded": () => find(program, (it) => it.flags.includes("exclude-user")),
    "long-range": () => program.steps.find(isLong),
  };
  for (const { id, evidence } of flaws) {
    const step = meets[id]();
    if (step !== undefined) return `line ${step.at.line}: QEMU is wrong here: ${evidence}`;
  }
  return undefined;
}

function specOf({ action }: Step): EventSpec<Resolved> | undefined {
  return action.kind === "open" ? action.spec : undefined;
}

function find(program: Program, is: (spec: EventSpec<Resolved>) => boolean): Step | undefined {
  return program.steps.find((step) => {
    const spec = specOf(step);
    return spec !== undefined && is(spec);
  });
}

function excludesKernel({ flags }: EventSpec<Resolved>): boolean {
  return flags.includes("exclude-kernel");
}

/** Whether a range leaves the double word that it begins in. */
function isLong({ action }: Step): boolean {
  const range = rangeOf(action);
  return range !== undefined && (range.offset % DOUBLE_WORD) + range.len > DOUBLE_WORD;
}

function rangeOf(action: Step["action"]): { offset: number; len: number } | undefined {
  switch (action.kind) {
    case "open":
      return { offset: action.spec.place.offset, len: action.spec.len };
    case "modify": {
      // What is not changed is not known here: it may be the worst.
      const { place, len } = action.changes;
      if (place === undefined && len === undefined) return undefined;
      return {
        offset: place?.offset ?? (len === 1 ? 0 : DOUBLE_WORD - 1),
        len: len ?? DOUBLE_WORD,
      };
    }
    case "set-hw-debug":
      return { offset: action.place.offset, len: action.len ?? 1 };
    default:
      return undefined;
  }
}

/**
 * Whether nothing changes when every event watches the kernel, too: the kernel touches no variable,
 * whoever opens may watch it, and nothing lies in it.
 */
function canWatchKernelToo({ steps, functions, variables, machine, tasks }: Program): boolean {
  const actions = [...steps.map(({ action }) => action), ...functions.flatMap((it) => it.body)];
  const copies = actions.some(({ kind }) => kind === "copy-from-user" || kind === "copy-to-user");
  const isMixed = steps.some((step) => {
    const spec = specOf(step);
    return spec !== undefined && !excludesKernel(spec);
  });
  const unprivileged =
    tasks.some(({ user }) => user === "nobody") ||
    steps.some(({ action }) => action.kind === "as" && action.user === "nobody");
  const refuses = unprivileged && (machine.paranoid > 1 || isMixed);
  const inKernel = variables.some(({ kernel }) => kernel) || functions.some(({ kernel }) => kernel);
  return !copies && !refuses && !inKernel;
}

/** The program as it is run under an emulator that never matches for user mode alone. */
export function watchingKernelToo(program: Program, flaws: readonly Flaw[]): Program {
  if (!flaws.some(({ id }) => id === "user-only")) return program;
  const steps = program.steps.map((step): Step => {
    const { action } = step;
    if (action.kind !== "open") return step;
    const flags = action.spec.flags.filter((it) => it !== "exclude-kernel" && it !== "exclude-hv");
    return { ...step, action: { ...action, spec: { ...action.spec, flags } } };
  });
  return { ...program, steps };
}

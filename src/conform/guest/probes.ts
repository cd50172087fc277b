import { assert } from "../../base/index.ts";
import type { FixId } from "../../kernel/index.ts";
import { load } from "../../scenario/index.ts";
import type { PuppetLink } from "../puppet-link.ts";
import { runOnPuppet } from "../puppet-target.ts";
import { TargetError } from "../target-error.ts";
import type { GuestSpec } from "./guest-name.ts";

/** What an emulator does wrong, seen in this very run. */
export interface Flaw {
  readonly id: "user-only" | "user-excluded" | "long-range";
  /** What was done, what ought to have come of it, and what did. */
  readonly evidence: string;
}

interface Probe {
  readonly id: Flaw["id"];
  /** It ends with a check of the count of `e`, and perhaps one of P's fate. */
  readonly text: string;
  readonly what: string;
}

const PROBES: readonly Probe[] = [
  {
    id: "user-only",
    what: "a store of user mode under a watch with exclude-kernel",
    text: "P: open e write x len 8 exclude-kernel\nP: store x\nexpect count e 1",
  },
  {
    id: "user-excluded",
    what: "a store of user mode under a watch with exclude-user",
    text: "P: open e write x len 8 exclude-user\nP: store x\nexpect count e 0\nexpect task P alive",
  },
  {
    id: "long-range",
    what: "stores to all 8 double words of a range of 64 bytes",
    text: "P: open e write x len 64\nfor i in 0..7 {\n  P: store x + 8 * i\n}\nexpect count e 8",
  },
];

/** What every kernel with hardware breakpoints does, under any emulator that has them at all. */
const CONTROL = "P: open e write x len 8\nP: store x\nexpect count e 1";

async function run(text: string, { kind, cpu }: GuestSpec, link: PuppetLink) {
  const design = kind.design === undefined ? "" : ` design ${kind.design}`;
  const loaded = load(`arch ${cpu.arch}${design}\nvar x 64 align 64\n${text}\n`);
  assert(loaded.ok, "the probes are scenarios");
  const [program] = loaded.value.programs;
  assert(program !== undefined, "a scenario has a program");
  return await runOnPuppet(program, link);
}

/** Fails in one line where no watch fires at all; says which flaws the emulator was seen to have. */
export async function findFlaws(spec: GuestSpec, link: PuppetLink): Promise<readonly Flaw[]> {
  const control = await run(CONTROL, spec, link);
  if (!control.ok) {
    const [open] = control.statements;
    const reason = open?.seen.kind === "errno" ? open.seen.errno : "a store is not counted";
    throw new TargetError(
      `${spec.name}: no hardware breakpoints there (${reason}): take another CPU model, or a kernel with CONFIG_PERF_EVENTS and HAVE_HW_BREAKPOINT`,
    );
  }
  if (spec.kind.machine.name !== "ppc64le") return [];
  const flaws: Flaw[] = [];
  for (const { id, what, text } of PROBES) {
    const { checks } = await run(text, spec, link);
    const wrong = checks.filter(({ ok }) => !ok);
    if (wrong.length === 0) continue;
    const seen = wrong.map(({ check, seen: it }) => `${check.text} was ${it}`).join(", ");
    flaws.push({ id, evidence: `${what}: ${seen}` });
  }
  return flaws;
}

/** How a kernel without a fix shows it: the scenario is as expected only there. */
const WITHOUT: readonly { readonly fix: FixId; readonly family: string; readonly text: string }[] =
  [
    { fix: "Z26", family: "arm64", text: "P: open e write x+4 len 8 -> ok" },
    {
      fix: "Z20",
      family: "powerpc",
      // Of another task on a CPU: one register would be enough for both.
      text: "P: fork C\nP: open e write x len 8 cpu0\nP: attach C\nP: set-hw-debug C h write x -> ENOSPC",
    },
    {
      fix: "Z39",
      family: "",
      text: "P: open e write x len 8\nP: fork C\nP: exit\nC: open f write x len 8 group e -> EINVAL",
    },
    {
      fix: "Z40",
      family: "",
      text: "paranoid 1\ntask Q as nobody\nP: fork C\nC: exit\nQ: open e write x len 8 target C -> ESRCH",
    },
  ];

/** What the kernel has not got of what later ones have. */
export async function findLacks(spec: GuestSpec, link: PuppetLink): Promise<readonly FixId[]> {
  const lacks: FixId[] = [];
  for (const { fix, family, text } of WITHOUT) {
    if (!spec.cpu.arch.startsWith(family)) continue;
    const { ok } = await run(text, spec, link);
    if (ok) lacks.push(fix);
  }
  return lacks;
}

/** How many data and instruction registers the kernel offers a task. */
export async function countSlots(
  spec: GuestSpec,
  link: PuppetLink,
): Promise<{ readonly data: number; readonly inst: number }> {
  const most = 20;
  const opens = (what: string) =>
    `for i in 0..${most - 1} {\n  P: open e[i] ${what} -> any\n}\nexpect count e[0] 0`;
  const count = async (text: string) => {
    const { statements } = await run(text, spec, link);
    return statements.filter(({ seen }) => seen.kind === "value").length;
  };
  const data = await count(opens("write x len 8"));
  const inst = spec.cpu.arch === "arm64" ? await count(`func f\n${opens("execute f")}`) : 0;
  return { data, inst };
}

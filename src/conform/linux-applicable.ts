import { readFileSync } from "node:fs";
import { arch, availableParallelism } from "node:os";
import type { Program } from "../scenario/index.ts";

const HOST_ARCH: Readonly<Record<string, string>> = { x64: "x86" };

/** What this computer cannot do, or should not be asked to, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  "open-wide": "only a kernel module can register a wide breakpoint",
  offline: "it would take a CPU away from everybody on this computer",
  online: "it would take a CPU away from everybody on this computer",
  step: "a step of the puppet is one of its instructions, not one of the scenario's",
  skip: "the puppet's instructions are not the scenario's",
};

const MOST_ACTORS = 63;
const MOST_EVENTS = 4000;
const MOST_BYTES = 30 << 20;

/** Why a program cannot be run on this computer's kernel; undefined if it can. */
export function whyNotLinux(program: Program): string | undefined {
  const { machine, withoutFixes, steps } = program;
  const here = HOST_ARCH[arch()];
  if (machine.arch !== here) return `it is for ${machine.arch}, this computer is ${here ?? arch()}`;
  if (withoutFixes.length > 0) return `it needs a kernel without the fix ${withoutFixes.join(" ")}`;
  const cpus = availableParallelism();
  if (machine.cpus > cpus) return `it needs ${machine.cpus} CPUs, this computer has ${cpus}`;
  const paranoid = Number(readFileSync("/proc/sys/kernel/perf_event_paranoid", "utf8"));
  if (machine.paranoid !== paranoid)
    return `it needs kernel.perf_event_paranoid=${machine.paranoid}, here it is ${paranoid}`;
  const refused = steps.find(({ action }) => REFUSED[action.kind] !== undefined);
  if (refused !== undefined)
    return `${refused.action.kind} in line ${refused.at.line}: ${REFUSED[refused.action.kind]}`;
  return returningToRoot(program) ?? execOfThreads(program) ?? unseen(program) ?? tooLarge(program);
}

/** Whoever has given root up for good cannot take it back. */
export function returningToRoot({ steps, tasks }: Program): string | undefined {
  const users = new Map(tasks.map(({ name, user }) => [name, user]));
  for (const { actor, action, at } of steps) {
    if (action.kind === "fork" || action.kind === "thread")
      users.set(action.task, users.get(actor) ?? "root");
    if (action.kind !== "as") continue;
    if (users.get(actor) !== "root") return `line ${at.line}: only root can become somebody else`;
    users.set(actor, action.user);
  }
  return undefined;
}

/** The threads that an exec ends would not say how their statements went. */
function execOfThreads({ steps }: Program): string | undefined {
  const processes = new Map<string, string>();
  const processOf = (actor: string) => processes.get(actor) ?? actor;
  for (const { actor, action, at } of steps) {
    if (action.kind === "thread") processes.set(action.task, processOf(actor));
    if (action.kind !== "exec") continue;
    if ([...processes.values()].includes(processOf(actor)))
      return `line ${at.line}: the puppet's threads cannot be ended by the exec of one of them`;
  }
  return undefined;
}

export function unseen({ expect }: Program): string | undefined {
  const samples = expect.find(({ observation }) => observation.kind === "samples");
  return samples && `line ${samples.at.line}: only who has mapped a ring can count its samples`;
}

export function tooLarge({ variables, steps, tasks }: Program): string | undefined {
  const births = steps.filter(({ action }) => action.kind === "fork" || action.kind === "thread");
  const actors = tasks.length + births.length;
  if (actors > MOST_ACTORS) return `it has ${actors} tasks, the puppet up to ${MOST_ACTORS}`;
  const opens = steps.filter(({ action }) => action.kind === "open").length;
  if (opens > MOST_EVENTS) return `it has ${opens} events, the puppet up to ${MOST_EVENTS}`;
  const bytes = variables.reduce((sum, { size, align }) => sum + size + align, 0);
  return bytes > MOST_BYTES ? `its variables have ${bytes} bytes, too many` : undefined;
}

import type { KernelProgram, Op } from "../op.ts";

/** A renaming of processors and of declared tasks, both by their numbers from 0. */
export interface Renaming {
  readonly cpus: readonly number[];
  readonly actors: readonly number[];
}

/** What names a processor, another task, or gives an object a number that order decides. */
const SINGLES_OUT: ReadonlySet<Op["kind"]> = new Set([
  "fork",
  "thread",
  "exec",
  "pin",
  "migrate",
  "unpin",
  "offline",
  "online",
  "open-wide",
  "poke-dr",
  "set-debugreg",
  "set-hw-debug",
  "set-regset",
]);
/** More renamings than these cost more to try than they save. */
const MOST = 150;

/** All ways to exchange what is equal: the first is the one that changes nothing. */
export function renamingsOf(program: KernelProgram, actors: readonly string[]): Renaming[] {
  const { cpus } = program.machine;
  const none = [{ cpus: upTo(cpus), actors: upTo(actors.length) }];
  if (actors.length !== program.tasks.length || !isEven(program)) return none;
  const scripts = actors.map((name) => scriptOf(program, name));
  const ofTasks = permutations(actors.length).filter((to) =>
    to.every((other, actor) => scripts[actor] === scripts[other]),
  );
  const all = permutations(cpus).flatMap((it) => ofTasks.map((to) => ({ cpus: it, actors: to })));
  return all.length > MOST ? none : all;
}

function isEven({ tasks, steps }: KernelProgram): boolean {
  if (tasks.some(({ cpu }) => cpu !== undefined)) return false;
  return steps.every(({ action }) => {
    if (SINGLES_OUT.has(action.kind) || "task" in action) return false;
    if (action.kind !== "open") return true;
    return action.spec.target.kind === "self" && action.spec.cpu === undefined;
  });
}

/** What a task does and expects, with its own events called by the order in which they come. */
function scriptOf(program: KernelProgram, actor: string): string {
  const user = program.tasks.find(({ name }) => name === actor)?.user;
  const own = program.steps.filter((it) => it.actor === actor);
  const events = [...new Set(own.flatMap(({ action }) => eventIn(action)))];
  const others = program.steps.filter((it) => it.actor !== actor);
  const isShared = others.some(({ action }) => eventIn(action).some((it) => events.includes(it)));
  if (isShared) return `only ${actor}`;
  const text = JSON.stringify(own, (key, value: unknown) => {
    if (key === "actor" || key === "at" || key === "text") return undefined;
    const isName = key === "event" || key === "group";
    return isName && typeof value === "string" ? events.indexOf(value) : value;
  });
  return `${user} ${text}`;
}

function eventIn(action: Op): string[] {
  return "event" in action ? [action.event] : [];
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    upTo(count)
      .toReversed()
      .map((at) => shorter.toSpliced(at, 0, count - 1)),
  );
}

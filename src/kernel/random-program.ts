import type { Draw } from "../base/index.ts";
import type { KernelProgram, Op } from "./op.ts";
import { load, open, ProgramBuilder, store } from "./program-builder.ts";

export interface RandomProgramOptions {
  readonly arch: string;
  readonly design?: string;
  readonly cpus: number;
  readonly actors: number;
  readonly statements: number;
}

const EVENTS = ["e", "d", "g"] as const;
const FLAGS = ["inherit", "pinned", "disabled", "enable-on-exec", "exclude-kernel"] as const;

/** A program that says anything to anybody, for walks that look for what nobody thought of. */
export function randomProgram(draw: Draw, options: RandomProgramOptions): KernelProgram {
  const { arch, design, cpus, actors, statements } = options;
  const builder = new ProgramBuilder({ arch, cpus, ...(design === undefined ? {} : { design }) })
    .variable("x", 16)
    .variable("y", 16)
    .task("T0");
  const born = ["T0"];
  const pick = <T>(from: readonly T[], otherwise: T): T => from[draw(from.length)] ?? otherwise;
  for (let index = 0; index < statements; index++) {
    const actor = pick(born, "T0");
    const canBear = born.length < actors;
    if (canBear && draw(4) === 0) {
      const child = `T${born.length}`;
      builder.do(actor, birth(draw, child));
      born.push(child);
    } else builder.do(actor, statement(draw, born, cpus), 1 + draw(2));
  }
  return builder.build();
}

function birth(draw: Draw, task: string): Op {
  if (draw(3) === 0) return { kind: "thread", task };
  return { kind: "fork", task, noFds: draw(2) === 0, clearHandlers: false, takenPid: false };
}

function statement(draw: Draw, born: readonly string[], cpus: number): Op {
  const event = EVENTS[draw(EVENTS.length)] ?? "e";
  const task = born[draw(born.length)] ?? "T0";
  const variable = draw(2) === 0 ? "x" : "y";
  const kinds: readonly (() => Op)[] = [
    () => store(variable, 8, 8 * draw(2)),
    () => store(variable, 4, 4 * draw(2)),
    () => load(variable),
    () => openSomething(draw, { event, variable, task, cpus }),
    () => openSomething(draw, { event, variable, task, cpus }),
    () => ({ kind: "close", event }),
    () => ({ kind: draw(2) === 0 ? "enable" : "disable", event, group: false }),
    () => ({ kind: "refresh", event, value: 1 + draw(2) }),
    () => ({ kind: "modify", event, changes: changesTo(draw, variable) }),
    () => ({ kind: "handle", signal: "SIGUSR1", func: undefined }),
    () => ({ kind: "kill", task, signal: "SIGUSR1" }),
    () => ({ kind: "async", event, signal: "SIGUSR1" }),
    () => ({ kind: "migrate", cpu: draw(cpus) }),
    () => ({ kind: "exec", undumpable: draw(4) === 0 }),
    () => (draw(3) === 0 ? { kind: "exit" } : load(variable)),
    () => ({ kind: "read", event }),
  ];
  return kinds[draw(kinds.length)]?.() ?? load(variable);
}

function openSomething(
  draw: Draw,
  what: { event: string; variable: string; task: string; cpus: number },
): Op {
  const { event, variable, task, cpus } = what;
  const flags = FLAGS.filter(() => draw(3) === 0);
  const onCpu = draw(4) === 0;
  const target =
    onCpu && draw(2) === 0
      ? ({ kind: "none" } as const)
      : draw(2) === 0
        ? ({ kind: "self" } as const)
        : ({ kind: "task", task } as const);
  return open(event, variable, {
    type: 2 + draw(2),
    period: draw(3),
    flags,
    target,
    ...(onCpu ? { cpu: draw(cpus) } : {}),
  });
}

function changesTo(draw: Draw, name: string) {
  return {
    type: draw(3) === 0 ? 3 : undefined,
    place: { name, offset: 0 },
    len: undefined,
    period: undefined,
    sigData: undefined,
    flags: draw(3) === 0 ? ["disabled"] : [],
    raw: [],
  };
}

import { BugError } from "../base/index.ts";
import type { AddressSpace, Touch } from "./address-space.ts";
import type { AccessOp, KernelProgram, Op } from "./op.ts";

export interface CompiledStep {
  readonly index: number;
  readonly actor: number;
  readonly op: Op;
  readonly times: number;
  readonly phase: number;
  readonly kind: Op["kind"];
  /** An access in user mode. All others are system calls. */
  readonly isAccess: boolean;
  /** What an access does, in user mode or in a copy of the kernel's; else empty. */
  readonly touches: readonly Touch[];
}

const USER_ACCESS: ReadonlySet<string> = new Set([
  "load",
  "store",
  "rmw",
  "larx",
  "stcx",
  "dcbz",
  "vload",
  "vstore",
  "execute",
]);

/** A program with its names turned into numbers, and its statements dealt out to who does them. */
export class CompiledProgram {
  readonly actors: readonly string[];
  readonly handles: readonly string[];
  /** The names of powerpc's ptrace handles. */
  readonly hwHandles: readonly string[];
  readonly steps: readonly CompiledStep[];
  readonly phases: number;
  readonly #actors: ReadonlyMap<string, number>;
  readonly #handles: ReadonlyMap<string, number>;
  /** Actors that others make, in order of their numbers; the ids of the events of each open. */
  readonly #born: readonly number[];
  readonly #firstEvent: readonly number[];
  readonly #ofActor: readonly (readonly CompiledStep[])[];
  readonly #functions: ReadonlyMap<string, number>;
  readonly #bodies: readonly (readonly Touch[])[];

  constructor(program: KernelProgram, space: AddressSpace) {
    const born = program.steps.flatMap(({ action }) => bornIn(action));
    this.actors = [...new Set([...program.tasks.map((task) => task.name), ...born])];
    this.handles = [...new Set(program.steps.flatMap(({ action }) => handleOf(action)))];
    this.#actors = new Map(this.actors.map((name, index) => [name, index]));
    this.#handles = new Map(this.handles.map((name, index) => [name, index]));
    this.hwHandles = [...new Set(program.steps.flatMap(({ action }) => hwHandleOf(action)))];
    this.steps = program.steps.map((step, index) => ({
      index,
      actor: this.actor(step.actor),
      op: step.action,
      kind: step.action.kind,
      times: step.times,
      phase: step.phase,
      isAccess: isUserAccess(step.action),
      touches: touchesOf(step.action, space),
    }));
    this.#born = [...new Set(born.map((name) => this.actor(name)))];
    let next = 1;
    this.#firstEvent = this.steps.map(({ op, times }) => {
      const first = next;
      next += times * this.#familyOf(op);
      return first;
    });
    this.phases = 1 + this.steps.reduce((most, { phase }) => Math.max(most, phase), 0);
    this.#ofActor = this.actors.map((_, actor) => this.steps.filter((it) => it.actor === actor));
    this.#functions = new Map(program.functions.map(({ name }, index) => [name, index]));
    this.#bodies = program.functions.map(({ name }) =>
      space.touches({ kind: "execute", func: name }),
    );
  }

  actor(name: string): number {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new BugError(`no task is called ${name}`);
    return actor;
  }

  handle(name: string): number {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new BugError(`no event is called ${name}`);
    return handle;
  }

  /** The number of a function, counted from 1; 0 is none. */
  func(name: string | undefined): number {
    return name === undefined ? 0 : (this.#functions.get(name) ?? -1) + 1;
  }

  body(func: number): readonly Touch[] {
    return this.#bodies[func - 1] ?? [];
  }

  /** The id that an event is to have: of its own for each statement that opens one, each time. */
  eventIdOf(step: CompiledStep, time: number): number {
    return (this.#firstEvent[step.index] ?? 0) + time * this.#familyOf(step.op);
  }

  /** How many events an open can lead to: its own, and one for each task that inherits it. */
  #familyOf(op: Op): number {
    if (op.kind !== "open") return 0;
    return op.spec.flags.includes("inherit") ? 1 + this.#born.length : 1;
  }

  /** The number of an actor among those that others make, counted from 1: behind its parent's event. */
  birthOf(actor: number): number {
    return 1 + this.#born.indexOf(actor);
  }

  /** Statement number `ip` of an actor; undefined behind the last one. */
  stepOf(actor: number, ip: number): CompiledStep | undefined {
    return this.#ofActor[actor]?.[ip];
  }
}

function isUserAccess(op: Op): op is AccessOp {
  return USER_ACCESS.has(op.kind);
}

export function isKernelCopy(op: Op): op is AccessOp {
  return op.kind === "copy-from-user" || op.kind === "copy-to-user";
}

function touchesOf(op: Op, space: AddressSpace): readonly Touch[] {
  return isUserAccess(op) || isKernelCopy(op) ? space.touches(op) : [];
}

function bornIn(op: Op): string[] {
  return op.kind === "fork" || op.kind === "thread" ? [op.task] : [];
}

function hwHandleOf(op: Op): string[] {
  return op.kind === "set-hw-debug" ? [op.handle] : [];
}

function handleOf(op: Op): string[] {
  return "event" in op ? [op.event] : [];
}

import type { AccessOp, EventSpec, KernelProgram, Op, Place } from "./op.ts";

export interface OpenOptions {
  readonly type?: number;
  readonly len?: number;
  readonly offset?: number;
  readonly target?: EventSpec["target"];
  readonly cpu?: number;
  readonly group?: string;
  readonly period?: number;
  readonly flags?: readonly string[];
  readonly raw?: EventSpec["raw"];
}

type Machine = KernelProgram["machine"];

/** Builds programs in code, for tests, benchmarks and searches; people write scenario files. */
export class ProgramBuilder {
  readonly #machine: Machine;
  readonly #variables: KernelProgram["variables"][number][] = [];
  readonly #functions: KernelProgram["functions"][number][] = [];
  readonly #tasks: KernelProgram["tasks"][number][] = [];
  readonly #steps: KernelProgram["steps"][number][] = [];
  readonly #without: string[] = [];
  #phase = 0;

  constructor(machine: Partial<Machine> & { readonly arch: string }) {
    const isX86 = machine.arch === "x86";
    const slots = machine.slots ?? (isX86 ? 4 : machine.arch === "powerpc-p10" ? 2 : 1);
    this.#machine = {
      design: undefined,
      cpus: 1,
      paranoid: 2,
      slots,
      instSlots: isX86 ? slots : machine.arch === "arm64" ? 2 : 0,
      ...machine,
    };
  }

  variable(name: string, size = 8, options: { align?: number; kernel?: boolean } = {}): this {
    const { align = 128, kernel = false } = options;
    this.#variables.push({ name, size, align, kernel });
    return this;
  }

  func(name: string, ...body: readonly AccessOp[]): this {
    this.#functions.push({ name, kernel: false, body });
    return this;
  }

  task(name: string, options: { cpu?: number; user?: string } = {}): this {
    this.#tasks.push({ name, cpu: options.cpu, user: options.user ?? "root" });
    return this;
  }

  without(...fixes: readonly string[]): this {
    this.#without.push(...fixes);
    return this;
  }

  /** The next statement of an actor. */
  do(actor: string, op: Op, times = 1): this {
    this.#steps.push({ actor, action: op, times, phase: this.#phase });
    return this;
  }

  barrier(): this {
    this.#phase++;
    return this;
  }

  build(): KernelProgram {
    return {
      machine: this.#machine,
      withoutFixes: this.#without,
      variables: this.#variables,
      functions: this.#functions,
      tasks: this.#tasks,
      steps: this.#steps,
    };
  }
}

const WRITE = 2;

/** perf_event_open() for a write watch of 8 bytes on the caller, where nothing else is said. */
export function open(event: string, name: string, options: OpenOptions = {}): Op {
  const { type = WRITE, len = 8, offset = 0, target = { kind: "self" }, period = 0 } = options;
  const { cpu, group, flags = ["exclude-kernel"], raw = [] } = options;
  const place: Place = { name, offset };
  const spec = { type, place, len, target, cpu, group, period, freq: 0, sigData: 0, flags, raw };
  return { kind: "open", event, spec };
}

export function store(name: string, size = 8, offset = 0): AccessOp {
  return { kind: "store", place: { name, offset }, size, value: 1 };
}

export function load(name: string, size = 8, offset = 0): AccessOp {
  return { kind: "load", place: { name, offset }, size, value: 0 };
}

export function fork(task: string): Op {
  return { kind: "fork", task, noFds: true, clearHandlers: false, takenPid: false };
}

import { signalNumber } from "../abi/index.ts";
import { assert } from "../base/index.ts";
import type {
  Access,
  Action,
  Check,
  Program,
  Resolved,
  SignalName,
  Step,
} from "../scenario/index.ts";
import { spaceOf } from "./layout.ts";
import { modifyArgs, type Numbering, openArgs } from "./open-order.ts";
import { type Arg, type Order, opName, type WireRequest } from "./wire.ts";

const USERS: readonly string[] = ["root", "perfmon", "nobody"];
/** Beyond any CPU that a computer has. */
const NO_CPU = 4096;
/** All that can be handled. */
const SIGNALS: readonly SignalName[] = [
  "SIGTRAP",
  "SIGIO",
  "SIGUSR1",
  "SIGUSR2",
  "SIGCHLD",
  "SIGCONT",
  "SIGTERM",
  "SIGSEGV",
];
const LONG = 8;

/** A program as the puppet is told it, with names as numbers. */
export class Orders implements Numbering {
  readonly actors: readonly string[];
  readonly #events: ReadonlyMap<string, number>;
  readonly #functions: ReadonlyMap<string, number>;
  readonly #handles: readonly string[];
  readonly #program: Program;
  readonly #online: number;
  /** Who is sent signals by what others do: these must have come before the next statement. */
  #listeners = 0n;

  /** `online`: how many CPUs there are where it will run. */
  constructor(program: Program, online: number) {
    this.#program = program;
    this.#online = online;
    const born = program.steps.flatMap(({ action }) =>
      action.kind === "fork" || action.kind === "thread" ? [action.task] : [],
    );
    this.actors = [...new Set([...program.tasks.map(({ name }) => name), ...born])];
    const events = program.steps.flatMap(({ action }) => ("event" in action ? [action.event] : []));
    this.#events = new Map([...new Set(events)].map((name, index) => [name, index]));
    const handles = program.steps.flatMap(({ action }) =>
      action.kind === "set-hw-debug" ? [action.handle] : [],
    );
    this.#handles = [...new Set(handles)];
    this.#functions = new Map(program.functions.map(({ name }, index) => [name, index]));
  }

  request(): WireRequest {
    const { tasks, functions, steps, variables, machine } = this.#program;
    const bodies = functions.map(({ body }) => body.map((it) => this.#order(0, it, 1)));
    let first = 0;
    const space = spaceOf(this.#program);
    const ends = variables
      .filter(({ kernel }) => !kernel)
      .map(({ name, size }) => space.addressOf({ name, offset: size }));
    return {
      actors: this.actors.length,
      tasks: tasks.map(({ name, cpu, user }) => ({
        actor: this.actor(name),
        cpu: cpu ?? -1,
        user: USERS.indexOf(user),
      })),
      functions: bodies.map(({ length }) => {
        first += length;
        return { first: first - length, count: length };
      }),
      bodies: bodies.flat(),
      orders: steps.map((step) => this.#step(step)),
      observations: this.#program.expect.flatMap((check) => this.observationsOf(check)),
      variableBytes: Math.max(0, ...ends.map((end) => end - VARIABLES)),
      cpus: machine.cpus,
      online: this.#online,
      paranoid: machine.paranoid,
    };
  }

  actor(name: string): number {
    const actor = this.actors.indexOf(name);
    assert(actor >= 0, `no task is called ${name}`);
    return actor;
  }

  event(name: string): number {
    return this.#events.get(name) ?? 0;
  }

  cpu(cpu: number): number {
    const { cpus } = this.#program.machine;
    assert(cpus <= this.#online, "the program fits the computer");
    return cpu < cpus ? cpu : NO_CPU + cpu;
  }

  address(place: { readonly name: string; readonly offset: number }): bigint {
    const space = spaceOf(this.#program);
    return space.va(space.addressOf(place));
  }

  #step({ actor, action, times, phase }: Step): Order {
    const order = this.#order(this.actor(actor), action, times);
    const settle = this.#listeners | this.#affected(action);
    if (action.kind === "async" || (action.kind === "handle" && action.signal === "SIGCHLD"))
      this.#listeners |= this.#bit(actor);
    return { ...order, phase, settle };
  }

  #affected(action: Action<Resolved>): bigint {
    switch (action.kind) {
      case "kill":
        return (1n << BigInt(this.actors.length)) - 1n;
      case "fork":
      case "thread":
      case "cont":
      case "detach":
        return this.#bit(action.task);
      default:
        return 0n;
    }
  }

  #bit(name: string): bigint {
    return 1n << BigInt(this.actor(name));
  }

  #order(actor: number, action: Action<Resolved>, times: number): Order {
    const op = opName(action.kind);
    assert(op !== undefined, `the puppet cannot ${action.kind}`);
    return { actor, op, times, phase: 0, args: this.#args(action), settle: 0n };
  }

  #args(action: Action<Resolved>): readonly Arg[] {
    switch (action.kind) {
      case "open":
        return openArgs(action.event, action.spec, this);
      case "modify":
        return modifyArgs(action.event, action.changes, this);
      case "enable":
      case "disable":
      case "reset":
        return [this.event(action.event), action.group ? 1 : 0];
      case "refresh":
      case "period":
        return [this.event(action.event), action.value];
      case "async":
        return [this.event(action.event), signalNumber(action.signal)];
      case "execute":
        return [this.address({ name: action.func, offset: 0 })];
      default:
        if ("event" in action) return [this.event(action.event)];
        if ("size" in action) return this.#accessArgs(action);
        return this.#otherArgs(action);
    }
  }

  #accessArgs({ place, size, value }: Exclude<Access<Resolved>, { kind: "execute" }>): Arg[] {
    return [this.address(place), size, value];
  }

  #otherArgs(action: Action<Resolved>): readonly Arg[] {
    switch (action.kind) {
      case "fork":
        return [
          this.actor(action.task),
          ...[action.noFds, action.clearHandlers, action.takenPid].map(Number),
        ];
      case "exec":
        return [action.undumpable ? 1 : 0];
      case "pin":
      case "migrate":
        return [this.cpu(action.cpu)];
      case "as":
        return [USERS.indexOf(action.user)];
      case "handle": {
        const func = action.func === undefined ? 0 : (this.#functions.get(action.func) ?? -1) + 1;
        return [signalNumber(action.signal), func];
      }
      case "kill":
        return [signalNumber(action.signal), this.actor(action.task)];
      case "ignore":
      case "default":
      case "block":
      case "unblock":
        return [signalNumber(action.signal)];
      case "signals":
        return [action.signal === undefined ? 0 : signalNumber(action.signal)];
      case "cont":
        return [
          this.actor(action.task),
          action.signal === undefined ? 0 : signalNumber(action.signal),
        ];
      case "peek":
        return [this.actor(action.task), this.address(action.place)];
      case "poke":
        return [this.actor(action.task), this.address(action.place), action.value];
      case "peek-dr":
        return [this.actor(action.task), action.index];
      case "poke-dr": {
        const { value } = action;
        const word = value.kind === "number" ? value.value : this.address(value.place);
        return [this.actor(action.task), action.index, word];
      }
      default:
        return "task" in action ? this.#traceArgs(action) : [];
    }
  }

  #traceArgs(action: Extract<Action<Resolved>, { readonly task: string }>): readonly Arg[] {
    const tracee = this.actor(action.task);
    switch (action.kind) {
      case "set-debugreg": {
        const { watch, index, noTranslate } = action;
        const address = watch && this.address(watch.place);
        return [tracee, watch?.type, address, index, noTranslate ? 1 : 0];
      }
      case "set-hw-debug": {
        const { handle, type, place, len } = action;
        return [tracee, this.#handles.indexOf(handle), type, this.address(place), len];
      }
      case "del-hw-debug":
        return [tracee, this.#handles.indexOf(action.handle)];
      case "set-regset": {
        const { index, watch } = action;
        const address = watch && this.address(watch.place);
        return [tracee, index, watch?.type, address, watch?.len];
      }
      default:
        return [tracee];
    }
  }

  /** What the puppet must look at for a check; the fates of all tasks are told anyway. */
  observationsOf({ observation }: Check): readonly Order[] {
    const look = (op: Order["op"], actor: number, ...args: readonly Arg[]): Order => ({
      actor,
      op,
      times: 1,
      phase: 0,
      args,
      settle: 0n,
    });
    switch (observation.kind) {
      case "count":
        return [look("observe-count", 0, this.event(observation.event))];
      case "slots":
      case "inst-slots":
        return [look("observe-slots", 0, this.cpu(observation.cpu))];
      case "value": {
        const { place } = observation;
        const size = this.#program.variables.find(({ name }) => name === place.name)?.size ?? LONG;
        return [look("observe-value", 0, this.address(place), valueSize(size - place.offset))];
      }
      case "signals": {
        const names = observation.signal === undefined ? SIGNALS : [observation.signal];
        const actor = this.actor(observation.task);
        return names.map((name) => look("observe-signal", actor, signalNumber(name)));
      }
      case "si-code":
      case "si-data":
      case "si-addr": {
        const signal = signalNumber(observation.signal);
        return [look("observe-signal", this.actor(observation.task), signal)];
      }
      default:
        return [];
    }
  }
}

const VARIABLES = 0x1000_0000;

function valueSize(left: number): number {
  return [8, 4, 2].find((size) => size <= left) ?? 1;
}

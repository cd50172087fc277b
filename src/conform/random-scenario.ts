/**
 * Random scenarios: files that the language accepts, about a few variables, tasks and events, whose
 * outcome the order of their lines decides alone. What would depend on where the scheduler puts a
 * task, or on who of two sleepers wakes first, is not written.
 */

import { type Dialect, X86 } from "./random-dialect.ts";

/** Numbers from 0 below `below`. */
export type Draw = (below: number) => number;

/** The same numbers for the same seed. */
export function drawsOf(seed: number): Draw {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) % Math.max(1, below);
  };
}

interface TaskState {
  readonly name: string;
  readonly leader: string;
  readonly parent: string | undefined;
  dead: boolean;
  threads: number;
  user: "root" | "perfmon" | "nobody";
  tracer: string | undefined;
  stopped: boolean;
}

interface EventState {
  readonly name: string;
  readonly opener: string;
  /** What is in its group comes on when the task is next scheduled in: it is not closed meanwhile. */
  leads: boolean;
  closed: boolean;
}

const MOST_TASKS = 5;
/** The statements, of a hundred, that are below this one are not about tracing. */
const TRACE = 95;
const VARIABLES = [
  { name: "x", size: 16 },
  { name: "y", size: 8 },
] as const;
const FUNCTIONS = [
  { name: "f", text: "func f" },
  { name: "g", text: "func g does store x" },
] as const;
const MOST_EVENTS = 7;
const SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGIO", "SIGTRAP"] as const;
const SIZES = [1, 2, 4, 8] as const;

/** The text of the scenario with this number. */
export function randomScenario(seed: number, dialect: Dialect = X86): string {
  return new Writer(drawsOf(seed), dialect).write();
}

class Writer {
  readonly #draw: Draw;
  readonly #dialect: Dialect;
  readonly #handles: string[] = [];
  readonly #lines: string[] = [];
  readonly #tasks: TaskState[] = [];
  readonly #events: EventState[] = [];
  readonly #cpus: number;

  constructor(draw: Draw, dialect: Dialect) {
    this.#draw = draw;
    this.#dialect = dialect;
    this.#cpus = 1 + draw(2);
  }

  write(): string {
    const head = [...this.#dialect.head, `cpus ${this.#cpus}`];
    for (const { name, size } of VARIABLES) head.push(`var ${name} ${size}`);
    this.#declare("P", head);
    if (this.#chance(4)) this.#declare("Q", head);
    const statements = 4 + this.#draw(14);
    while (this.#lines.length < statements) this.#statement();
    const isUsed = (name: string) => this.#lines.some((line) => line.split(" ").includes(name));
    for (const { name, text } of FUNCTIONS) if (isUsed(name)) head.push(text);
    return `${[...head, "", ...this.#lines, "", ...this.#claims()].join("\n")}\n`;
  }

  /** Everybody stays on one CPU, so that the CPU's own events see what they are to see. */
  #declare(name: string, head: string[]): void {
    const user = this.#chance(10) ? "nobody" : "root";
    head.push(`task ${name} cpu${this.#draw(this.#cpus)}${user === "root" ? "" : ` as ${user}`}`);
    this.#tasks.push(newTask({ name, leader: name, parent: undefined, user }));
  }

  #claims(): string[] {
    const wide = "0..1000000";
    return [
      ...this.#events.map(({ name }) => `expect count ${name} ${wide}`),
      ...this.#tasks.map(({ name }) => `expect signals ${name} ${wide}`),
      ...this.#tasks.map(({ name }) => `expect task ${name} alive`),
      ...VARIABLES.map(({ name }) => `expect value ${name} 0..1000000000`),
    ];
  }

  #chance(oneIn: number): boolean {
    return this.#draw(oneIn) === 0;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#draw(from.length)];
  }

  #statement(): void {
    const actor = this.#pick(this.#tasks.filter(({ dead, stopped }) => !dead && !stopped));
    if (actor === undefined) {
      this.#lines.push("barrier");
      return;
    }
    const text = this.#text(actor);
    if (text !== undefined) this.#lines.push(`${actor.name}: ${text}`);
  }

  #text(actor: TaskState): string | undefined {
    const isTracer = this.#tasks.some(({ tracer }) => tracer === actor.name);
    const choice = isTracer && this.#chance(2) ? TRACE : this.#draw(100);
    if (choice < 24) return this.#access();
    if (choice < 44) return this.#open(actor);
    if (choice < 72) return this.#onEvent(actor);
    if (choice < 84) return this.#birthOrDeath(actor);
    if (choice < 91) return this.#signal(actor);
    if (choice <= TRACE) return this.#trace(actor);
    return this.#self(actor);
  }

  #place(): string {
    const { name, size } = VARIABLES[this.#draw(2)] ?? VARIABLES[0];
    const offset = this.#chance(3) ? this.#draw(size) : 0;
    return offset === 0 ? name : `${name}+${offset}`;
  }

  /** A place, and mostly how many bytes. */
  #range(): string[] {
    if (!this.#dialect.keepsToDoubleWords) return [this.#place(), ...this.#length()];
    const { name, size } = VARIABLES[this.#draw(2)] ?? VARIABLES[0];
    const offset = this.#chance(3) ? this.#draw(size) : 0;
    return [`${name}+${offset}`, `len ${1 + this.#draw(8 - (offset % 8))}`];
  }

  #functionRange(): string[] {
    return this.#dialect.keepsToDoubleWords ? ["f", "len 8"] : ["f", ...this.#length()];
  }

  #length(): string[] {
    return this.#chance(2) ? [`len ${SIZES[this.#draw(4)]}`] : [];
  }

  #access(): string {
    const choice = this.#draw(10);
    if (choice === 0) return `execute ${this.#chance(2) ? "f" : "g"}`;
    if (choice === 1)
      return `${this.#chance(2) ? "copy-from-user" : "copy-to-user"} x size ${1 + this.#draw(16)}`;
    if (choice === 2) return `${this.#chance(2) ? "vload" : "vstore"} x`;
    const kind = this.#dialect.accesses[this.#draw(4)];
    const size = SIZES[this.#draw(4)] ?? 1;
    const variable = VARIABLES[this.#draw(2)] ?? VARIABLES[0];
    const offset = this.#draw(variable.size - size + 1);
    const times = this.#chance(4) ? ` times ${2 + this.#draw(3)}` : "";
    return `${kind} ${variable.name}${offset === 0 ? "" : `+${offset}`} size ${size}${times}`;
  }

  #open(actor: TaskState): string | undefined {
    if (this.#events.length >= MOST_EVENTS) return undefined;
    const name = `e${this.#events.length}`;
    const words = [`open ${name}`];
    const executes = this.#chance(6);
    if (executes) words.push(`execute ${this.#chance(2) ? "f" : "g"}`);
    else words.push(this.#pick(["write", "write", "rw", "read"]) ?? "rw", ...this.#range());
    words.push(...this.#target(), ...this.#group(actor));
    const period = this.#draw(4);
    if (period > 0) words.push(`period ${period}`);
    words.push(...this.#flags());
    this.#events.push({ name, opener: actor.name, leads: false, closed: false });
    return words.join(" ");
  }

  #target(): string[] {
    const cpu = `cpu${this.#draw(this.#cpus)}`;
    const choice = this.#draw(8);
    if (choice === 0) return ["target none", cpu];
    const task = this.#pick(this.#tasks)?.name ?? "P";
    const whom = choice < 4 ? [] : [`target ${task}`];
    return this.#chance(6) ? [...whom, cpu] : whom;
  }

  #group(actor: TaskState): string[] {
    const leader = this.#pick(this.#events.filter((it) => isUsable(it, actor)));
    if (leader === undefined || !this.#chance(8)) return [];
    leader.leads = true;
    return [`group ${leader.name}`];
  }

  #flags(): string[] {
    const flags: string[] = [];
    if (this.#chance(4)) flags.push("disabled");
    const inherits = this.#chance(3);
    if (inherits) flags.push("inherit");
    if (inherits && this.#chance(6)) flags.push("inherit-thread");
    if (this.#chance(12)) flags.push("pinned");
    const { excludesModes } = this.#dialect;
    if (excludesModes && this.#chance(20)) flags.push("exclude-user");
    if (excludesModes && !this.#chance(8)) flags.push("exclude-kernel");
    if (this.#chance(12)) flags.push("enable-on-exec");
    const traps = this.#chance(14);
    if (traps || this.#chance(12)) flags.push("remove-on-exec");
    if (traps) flags.push("sigtrap");
    return flags;
  }

  #onEvent(actor: TaskState): string | undefined {
    const event = this.#pick(this.#events.filter((it) => isUsable(it, actor)));
    if (event === undefined) return undefined;
    const { name } = event;
    const choice = this.#draw(14);
    if (choice < 3) return `read ${name}`;
    if (choice < 5) return `${this.#chance(2) ? "enable" : "disable"} ${name}${this.#ofGroup()}`;
    if (choice === 5) return `reset ${name}`;
    if (choice === 6) return `refresh ${name} ${1 + this.#draw(3)}`;
    if (choice === 7) return `period ${name} ${this.#draw(4)}`;
    if (choice === 8) return `async ${name} ${this.#pick(SIGNALS.slice(0, 3))}`;
    if (choice === 9) return `poll ${name}`;
    if (choice < 12) return `modify ${name} ${this.#changes()}`;
    if (event.leads) return undefined;
    if (event.opener === actor.name) event.closed = true;
    return `close ${name}`;
  }

  #ofGroup(): string {
    return this.#chance(6) ? " group" : "";
  }

  #changes(): string {
    const words: string[] = [];
    if (this.#chance(4)) words.push(this.#pick(["write", "rw", "execute", "read"]) ?? "rw");
    words.push("at", ...(this.#chance(8) ? this.#functionRange() : this.#range()));
    if (this.#chance(8)) words.push(`period ${this.#draw(3)}`);
    if (this.#chance(4)) words.push(this.#chance(2) ? "disabled" : "enabled");
    return words.join(" ");
  }

  #birthOrDeath(actor: TaskState): string | undefined {
    const choice = this.#draw(10);
    if (choice < 6) return this.#birth(actor);
    if (choice < 8) return this.#exec(actor);
    // The first task stays, and so does whoever has threads beside it.
    if (actor.name === "P" || actor.threads > 0) return undefined;
    actor.dead = true;
    return "exit";
  }

  #birth(actor: TaskState): string | undefined {
    if (this.#tasks.length >= MOST_TASKS) return undefined;
    const name = `T${this.#tasks.length}`;
    const { user } = actor;
    if (this.#chance(4)) {
      const leader = this.#tasks.find((it) => it.name === actor.leader) ?? actor;
      leader.threads++;
      this.#tasks.push(newTask({ name, leader: leader.name, parent: undefined, user }));
      return `thread ${name}`;
    }
    this.#tasks.push(newTask({ name, leader: name, parent: actor.name, user }));
    const flags = [this.#chance(2) ? " no-fds" : "", this.#chance(8) ? " clear-handlers" : ""];
    return `fork ${name}${flags.join("")}`;
  }

  /** Only of a process of one thread: the others would die of it. */
  #exec(actor: TaskState): string | undefined {
    const isAlone = actor.leader === actor.name && actor.threads === 0;
    if (!isAlone) return undefined;
    return this.#chance(5) ? "exec undumpable" : "exec";
  }

  #signal(actor: TaskState): string | undefined {
    const signal = this.#pick(SIGNALS) ?? "SIGIO";
    const isAlone = actor.leader === actor.name && actor.threads === 0;
    if (this.#chance(3)) return isAlone ? `handle ${signal}` : undefined;
    if (this.#chance(4)) return "signals";
    const target = this.#pick(this.#tasks.filter(({ dead }) => !dead));
    if (target === undefined || actor.user !== "root") return undefined;
    return `kill ${target.name} ${signal}`;
  }

  #trace(actor: TaskState): string | undefined {
    const tracee = this.#tasks.find(({ tracer }) => tracer === actor.name);
    if (tracee !== undefined) return this.#request(tracee);
    const victim = this.#pick(
      this.#tasks.filter((it) => !it.dead && it.parent === actor.name && it.threads === 0),
    );
    if (victim === undefined || actor.user !== "root") return undefined;
    victim.tracer = actor.name;
    victim.stopped = true;
    return `attach ${victim.name}`;
  }

  #request(tracee: TaskState): string {
    const { name } = tracee;
    const choice = this.#draw(8);
    const { family } = this.#dialect;
    if (choice < 6 && family === "powerpc") return this.#powerpcRequest(name, choice);
    if (choice < 6 && family === "arm64") return this.#arm64Request(name, choice);
    if (choice < 2) return `poke-dr ${name} ${this.#draw(6)} = &${this.#place()}`;
    if (choice === 2) return `poke-dr ${name} 7 = ${this.#draw(256)}`;
    if (choice === 3) return `poke-dr ${name} 7 = ${0x90001 + 0x40000 * this.#draw(2)}`;
    if (choice < 6) return `peek-dr ${name} ${[0, 1, 2, 3, 7][this.#draw(5)]}`;
    tracee.tracer = undefined;
    tracee.stopped = false;
    return `detach ${name}`;
  }

  #powerpcRequest(name: string, choice: number): string {
    const type = this.#pick(["write", "rw", "read"]) ?? "rw";
    const [place = "x", len = ""] = this.#range();
    if (choice < 2) return `set-debugreg ${name} ${this.#chance(4) ? "off" : `${type} ${place}`}`;
    const known = this.#pick(this.#handles);
    if (choice === 2 && known !== undefined) return `del-hw-debug ${name} ${known}`;
    const handle = `h${this.#handles.length}`;
    this.#handles.push(handle);
    return `set-hw-debug ${name} ${handle} ${type} ${place}${this.#chance(3) ? "" : ` ${len}`}`;
  }

  /** The first register only: to write a later one is to write those before it, too. */
  #arm64Request(name: string, choice: number): string {
    if (choice === 0) return `set-regset ${name} 0 off`;
    const type = this.#pick(["write", "rw", "read"]) ?? "rw";
    return `set-regset ${name} 0 ${type} ${this.#place()} len ${SIZES[this.#draw(4)]}`;
  }

  #self(actor: TaskState): string | undefined {
    const choice = this.#draw(4);
    if (choice < 2) return `pin cpu${this.#draw(this.#cpus)}`;
    if (choice === 2) return this.#switchFrom(actor);
    if (actor.user !== "root" || actor.name === "P") return undefined;
    actor.user = this.#chance(2) ? "nobody" : "perfmon";
    return `as ${actor.user}`;
  }

  #switchFrom(actor: TaskState): string | undefined {
    const other = this.#pick(this.#tasks.filter((it) => it !== actor && !it.dead && !it.stopped));
    return other && `switch-to ${other.name}`;
  }
}

function newTask(task: Pick<TaskState, "name" | "leader" | "parent" | "user">): TaskState {
  return { ...task, dead: false, threads: 0, tracer: undefined, stopped: false };
}

/** The language lets nobody use what its opener has closed, unless it has a copy. */
function isUsable(event: EventState, actor: TaskState): boolean {
  return !event.closed || event.opener !== actor.name;
}

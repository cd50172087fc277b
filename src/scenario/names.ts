import type { Place, Resolved } from "./action.ts";
import type { Position, Ref, Written } from "./ast.ts";
import { suggestion } from "./diagnostic.ts";
import type { Func, Variable } from "./program.ts";
import type { Scope } from "./scope.ts";

interface TaskState {
  readonly at: Position;
  ended: Position | undefined; // where it exits
  mayDie: boolean;
}

interface EventState {
  readonly opener: string;
  readonly at: Position;
  closed: Position | undefined; // by its opener; others may have copies
}

/** Who and what there is at one point of the file, and whether a use of it can be meant. */
export class Names {
  readonly variables = new Map<string, Variable>();
  readonly functions = new Map<string, Func>();
  readonly tasks = new Map<string, TaskState>();
  readonly events = new Map<string, EventState>();
  readonly handles = new Set<string>();
  readonly used = new Set<string>(); // variables and functions
  readonly #waits: { readonly task: string; readonly at: Position }[] = [];
  readonly #scope: Scope;
  #hasActed = false;
  #implicitActor: string | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  addTask(name: string, at: Position): void {
    const earlier = this.tasks.get(name);
    if (earlier === undefined) this.tasks.set(name, { at, ended: undefined, mayDie: false });
    else {
      const line = earlier.at.line;
      this.#scope.report(at, `"${name}" is a task already, since line ${line}: take another name`);
    }
  }

  /** The actor of the first step, if nothing declares it. */
  get implicitActor(): string | undefined {
    return this.#implicitActor;
  }

  /** The actor of a step. The first of all needs no declaration. */
  actor(ref: Ref): string {
    const name = this.#scope.name(ref);
    if (!this.#hasActed && !this.tasks.has(name)) {
      this.addTask(name, ref.at);
      this.#implicitActor = name;
    }
    this.#hasActed = true;
    const state = this.tasks.get(name);
    if (state === undefined) this.#unknown(name, ref.at, "task", this.tasks.keys());
    if (state?.ended !== undefined) {
      const { line } = state.ended;
      this.#scope.report(ref.at, `"${name}" has exited in line ${line} and does nothing more`);
    }
    return name;
  }

  task(ref: Ref): string {
    const name = this.#scope.name(ref);
    if (!this.tasks.has(name)) this.#unknown(name, ref.at, "task", this.tasks.keys());
    return name;
  }

  exits(name: string, at: Position): void {
    const state = this.tasks.get(name);
    if (state === undefined) return;
    state.ended = at;
    state.mayDie = true;
  }

  mayDie(name: string): void {
    const state = this.tasks.get(name);
    if (state !== undefined) state.mayDie = true;
  }

  waitsFor(task: string, at: Position): void {
    this.#waits.push({ task, at });
  }

  /** `fails`: every result that is expected is an error, so that afterwards there is no event. */
  addEvent(ref: Ref, opener: string, fails: boolean): string {
    const name = this.#scope.name(ref);
    const earlier = this.events.get(name);
    if (earlier !== undefined && earlier.closed === undefined) {
      const line = earlier.at.line;
      this.#scope.report(
        ref.at,
        `"${name}" is open since line ${line}: close it, or take another name`,
      );
    }
    if (!fails) this.events.set(name, { opener, at: ref.at, closed: undefined });
    return name;
  }

  event(ref: Ref, user?: string): string {
    const name = this.#scope.name(ref);
    const state = this.events.get(name);
    if (state === undefined) this.#unknown(name, ref.at, "event", this.events.keys());
    else if (state.closed !== undefined && state.opener === user) {
      this.#scope.report(ref.at, `"${name}" was closed in line ${state.closed.line}`);
    }
    return name;
  }

  closes(name: string, actor: string, at: Position): void {
    const state = this.events.get(name);
    if (state?.opener === actor) state.closed = at;
  }

  handle(ref: Ref): string {
    const name = this.#scope.name(ref);
    if (!this.handles.has(name)) this.#unknown(name, ref.at, "handle", this.handles);
    return name;
  }

  func(ref: Ref): string {
    const name = this.#scope.name(ref);
    this.used.add(ref.name);
    if (!this.functions.has(name)) {
      this.#unknown(name, ref.at, "function declared above", this.functions.keys());
    }
    return name;
  }

  /** A variable or a function, and an offset that lies in it. */
  place({ name: ref, offset: distance }: Place<Written>): Place<Resolved> {
    const name = this.#scope.name(ref);
    const offset = this.#scope.filled(distance, 0);
    this.used.add(ref.name);
    const size = this.variables.get(name)?.size;
    if (size === undefined && !this.functions.has(name)) {
      const places = [...this.variables.keys(), ...this.functions.keys()];
      this.#unknown(name, ref.at, "variable or function", places);
    }
    if (size !== undefined && offset >= size) {
      this.#scope.report(ref.at, `"${name}" has ${size} bytes: there is no byte ${offset}`);
    }
    return { name, offset };
  }

  /** What can only be said at the end: waits that nothing ends, and names that nothing uses. */
  reportLeftovers(declared: readonly { readonly name: string; readonly at: Position }[]): void {
    for (const { task, at } of this.#waits) {
      if (this.tasks.get(task)?.mayDie !== false) continue;
      this.#scope.report(
        at,
        `"${task}" neither exits nor is killed: this wait never ends`,
        "warning",
      );
    }
    for (const { name, at } of declared) {
      if (!this.used.has(name)) this.#scope.report(at, `"${name}" is never used`, "warning");
    }
  }

  #unknown(name: string, at: Position, what: string, known: Iterable<string>): void {
    const near = suggestion(name, known);
    const help = what === "task" && near === "" ? ": fork it first, or declare it" : near;
    this.#scope.report(at, `there is no ${what} "${name}" here${help}`);
  }
}

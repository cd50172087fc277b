import { err, ok, type Result } from "../base/index.ts";
import type { Action, Observation, Resolved } from "./action.ts";
import type { Item, Scenario, Written } from "./ast.ts";
import { Context, type Env } from "./context.ts";
import { declareAll, MAX_TASKS } from "./declare.ts";
import { type Diagnostic, MAX_DIAGNOSTICS } from "./diagnostic.ts";
import { type ArchItem, machineOf } from "./machine.ts";
import { Names } from "./names.ts";
import { printClaim, printStep } from "./print.ts";
import type { Check, InitialTask, Machine, Program, Step } from "./program.ts";
import { resolveAction, resolveOutcome } from "./resolve-action.ts";
import { Scope } from "./scope.ts";

const MAX_MACHINES = 16;
const MAX_STEPS = 20_000;
const MAX_TURNS = 100_000; // of all loops together
const MAX_TIMES = 1_000_000;
const FIX = /^[A-Z]\d+[a-z]?$/;

export interface Expanded {
  readonly programs: readonly Program[]; // one for each `arch` line, in their order
  readonly warnings: readonly Diagnostic[];
}

/** Unrolls, resolves and checks a scenario for each of its machines. */
export function expand(scenario: Scenario): Result<Expanded, readonly Diagnostic[]> {
  const archs = scenario.items.filter((item): item is ArchItem => item.kind === "arch");
  if (archs.length === 0) {
    const message = "no machine is named: add a line such as `arch x86`";
    return err([{ severity: "error", at: { line: 1, column: 1 }, message }]);
  }
  const oneTooMany = archs[MAX_MACHINES];
  if (oneTooMany !== undefined) {
    const message = `a scenario is for at most ${MAX_MACHINES} machines`;
    return err([{ severity: "error", at: oneTooMany.at, message }]);
  }
  const expanders = archs.map((arch) => new Expander(scenario.items, arch));
  const programs = expanders.map((expander) => expander.expand());
  const diagnostics = distinct(expanders.flatMap((expander) => expander.scope.diagnostics));
  if (diagnostics.some(({ severity }) => severity === "error")) {
    return err(diagnostics.slice(0, MAX_DIAGNOSTICS));
  }
  return ok({ programs, warnings: diagnostics });
}

/** What is wrong on every machine is said once. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const keyed = diagnostics.map(
    (it) => [`${it.at.line}:${it.at.column}:${it.message}`, it] as const,
  );
  return [...new Map(keyed).values()].sort(
    (a, b) => a.at.line - b.at.line || a.at.column - b.at.column,
  );
}

type Kind<K extends Item["kind"]> = Item & { readonly kind: K };

/** A claim is resolved at the end, when all names are known, but with the loops as they were. */
interface Claimed {
  readonly item: Kind<"expect" | "reach">;
  readonly values: ReadonlyMap<string, number>;
}

class Expander {
  readonly scope = new Scope();
  readonly #names = new Names(this.scope);
  readonly #items: readonly Item[];
  readonly #machine: Machine;
  readonly #steps: Step[] = [];
  readonly #claims: Claimed[] = [];
  #phase = 0;
  #turns = 0;
  #isTooMuch = false;

  constructor(items: readonly Item[], arch: ArchItem) {
    this.#items = items;
    this.#machine = machineOf(arch, items, this.scope);
    const { slots, instSlots, cpus } = this.#machine;
    this.scope.set("slots", slots);
    this.scope.set("inst-slots", instSlots);
    this.scope.set("cpus", cpus);
  }

  expand(): Program {
    const declared = declareAll(this.#items, this.#env);
    this.#run(this.#items);
    const checks = this.#claims.map((claim) => ({
      kind: claim.item.kind,
      check: this.#check(claim),
    }));
    this.#checkWhole();
    return {
      machine: this.#machine,
      withoutFixes: this.#fixes(),
      variables: [...this.#names.variables.values()],
      functions: [...this.#names.functions.values()],
      tasks: [...this.#implicitTask(), ...declared],
      steps: this.#steps,
      expect: checks.filter(({ kind }) => kind === "expect").map(({ check }) => check),
      reach: checks.filter(({ kind }) => kind === "reach").map(({ check }) => check),
      never: [...new Set(this.#items.flatMap((it) => (it.kind === "never" ? it.properties : [])))],
    };
  }

  get #env(): Env {
    return { names: this.#names, scope: this.scope, machine: this.#machine };
  }

  #run(items: readonly Item[]): void {
    for (const item of items) {
      if (this.#isTooMuch) return;
      if (item.kind === "step") this.#step(item);
      else if (item.kind === "barrier") this.#phase++;
      else if (item.kind === "repeat") this.#repeat(item);
      else if (item.kind === "for") this.#for(item);
      else if (item.kind === "expect" || item.kind === "reach") {
        this.#claims.push({ item, values: this.scope.values() });
        if (this.#claims.length > MAX_STEPS) this.#tooMuch(item, `${MAX_STEPS} claims`);
      }
    }
  }

  #repeat(item: Kind<"repeat">): void {
    const count = this.scope.num(item.count);
    for (let turn = 0; turn < count && !this.#isTooMuch; turn++) this.#turn(item);
  }

  #for(item: Kind<"for">): void {
    if (this.scope.has(item.name)) {
      this.scope.report(item.at, `"${item.name}" has a meaning here already: take another name`);
      return;
    }
    for (const written of item.values) {
      const { low, high } = this.scope.range(written);
      for (let value = low; value <= high && !this.#isTooMuch; value++) {
        this.scope.set(item.name, value);
        this.#turn(item);
        this.scope.unset(item.name);
      }
    }
  }

  #turn(item: Kind<"repeat" | "for">): void {
    if (++this.#turns > MAX_TURNS) this.#tooMuch(item, `${MAX_TURNS} turns of loops`);
    else this.#run(item.body);
  }

  #step(item: Kind<"step">): void {
    if (this.#steps.length >= MAX_STEPS) {
      this.#tooMuch(item, `${MAX_STEPS} steps`);
      return;
    }
    const { scope } = this;
    const context = new Context(this.#env, this.#names.actor(item.actor), item.expected);
    const action = resolveAction(item.action, context);
    if (this.#names.tasks.size > MAX_TASKS) this.#tooMuch(item, `${MAX_TASKS} tasks`);
    if (item.times !== undefined && ONCE.has(action.kind)) {
      scope.report(item.times.at, `${action.kind} cannot be done several times in a row`);
    }
    const times = item.times === undefined ? 1 : scope.within(item.times, [1, MAX_TIMES], "times");
    const expected = item.expected.map((outcome) => resolveOutcome(outcome, context));
    if (action.kind === "exit") this.#names.exits(context.actor, item.at);
    this.#steps.push({
      actor: context.actor,
      action,
      times,
      expected: expected.length === 0 ? [{ kind: "ok" }] : expected,
      phase: this.#phase,
      at: item.at,
      text: printStep(item, scope.show),
    });
  }

  #check({ item, values }: Claimed): Check {
    const { scope } = this;
    scope.restore(values);
    return {
      observation: this.#observation(item.observation),
      values: item.values.map((range) => scope.range(range)),
      at: item.at,
      text: printClaim(item, scope.show),
    };
  }

  #observation(observation: Observation<Written>): Observation<Resolved> {
    const names = this.#names;
    switch (observation.kind) {
      case "count":
      case "samples":
        return { kind: observation.kind, event: names.event(observation.event) };
      case "slots":
      case "inst-slots": {
        const context = new Context(this.#env);
        return { kind: observation.kind, cpu: context.cpu(observation.cpu) };
      }
      case "value":
        return { kind: "value", place: names.place(observation.place) };
      case "si-addr": {
        const place = names.place(observation.place);
        return { ...observation, task: names.task(observation.task), place };
      }
      default:
        return { ...observation, task: names.task(observation.task) };
    }
  }

  #checkWhole(): void {
    if (this.#steps.length === 0) {
      this.scope.report(
        { line: 1, column: 1 },
        "nobody does anything: add a line such as `P: exit`",
      );
    }
    const declarations = this.#items.filter((it) => it.kind === "var" || it.kind === "func");
    this.#names.reportLeftovers(declarations.map(({ declared }) => declared));
  }

  #implicitTask(): InitialTask[] {
    const name = this.#names.implicitActor;
    return name === undefined ? [] : [{ name, cpu: undefined, user: "root" }];
  }

  #fixes(): string[] {
    const items = this.#items.filter((item) => item.kind === "without-fix");
    for (const { fix, at } of items) {
      if (!FIX.test(fix)) this.scope.report(at, `"${fix}" is no fix: they are called Z11, Z31b, …`);
    }
    return [...new Set(items.map(({ fix }) => fix))];
  }

  #tooMuch(item: Item, limit: string): void {
    this.#isTooMuch = true;
    this.scope.report(item.at, `this makes more than ${limit}, the most that a scenario can have`);
  }
}

/** What names something, or ends it, is done once. */
const ONCE: ReadonlySet<Action<Resolved>["kind"]> = new Set([
  "open",
  "open-wide",
  "close",
  "fork",
  "thread",
  "exec",
  "exit",
  "wait",
  "attach",
  "detach",
  "set-hw-debug",
  "del-hw-debug",
]);

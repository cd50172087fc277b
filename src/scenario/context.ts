import type { Outcome, Place, Resolved } from "./action.ts";
import type { Expr, Written } from "./ast.ts";
import type { Names } from "./names.ts";
import type { Machine } from "./program.ts";
import type { Scope } from "./scope.ts";

/** What everything in a scenario is resolved against. */
export interface Env {
  readonly names: Names;
  readonly scope: Scope;
  readonly machine: Machine;
}

/** What one step is resolved against: its actor and what it expects, too. */
export class Context implements Env {
  readonly names: Names;
  readonly scope: Scope;
  readonly machine: Machine;
  readonly actor: string;
  readonly #expected: readonly Outcome<Written>[];

  constructor(env: Env, actor = "", expected: readonly Outcome<Written>[] = []) {
    this.names = env.names;
    this.scope = env.scope;
    this.machine = env.machine;
    this.actor = actor;
    this.#expected = expected;
  }

  /** Whether the step can only end in an error. */
  get fails(): boolean {
    return this.#expected.length > 0 && this.#expected.every((it) => it.kind === "errno");
  }

  /** A CPU of this machine; any other number too where EINVAL is what is expected of it. */
  cpu(expr: Expr): number {
    const cpu = this.scope.num(expr);
    const { cpus } = this.machine;
    const mayRefuse = this.#expected.some((it) => it.kind === "errno" && it.errno === "EINVAL");
    if (cpu >= cpus && !mayRefuse) {
      const last = cpus === 1 ? "there is only cpu0" : `the last one is cpu${cpus - 1}`;
      this.scope.report(
        expr.at,
        `there is no cpu${cpu}: ${last}; if that is the point, add -> EINVAL`,
      );
    }
    return cpu;
  }

  /** The rest of the variable; of a function what the architecture wants. */
  defaultLen({ name, offset }: Place<Resolved>): number {
    const size = this.names.variables.get(name)?.size;
    if (size !== undefined) return Math.max(0, size - offset);
    return this.machine.arch === "arm64" ? 4 : 8;
  }
}

import { asCpu } from "../base/index.ts";
import type { Access, Resolved } from "./action.ts";
import type { Declared, Item, Position } from "./ast.ts";
import { Context, type Env } from "./context.ts";
import type { InitialTask } from "./program.ts";
import { resolveAccess } from "./resolve-access.ts";
import type { Scope } from "./scope.ts";

const MAX_FAMILY = 128; // of variables, functions or tasks under one name
export const MAX_TASKS = 128;
const MAX_SIZE = 65_536; // bytes
const MAX_ALIGN = 65_536;
const LINE = 128; // bytes of the longest cache line there is among the machines
const PAGE = 4096;
const MAX_CALLS = 1000; // accesses of one execution of a function, those it calls included

type Kind<K extends Item["kind"]> = Item & { readonly kind: K };

/** Enters what the file declares into `names`, and gives back the tasks among it. */
export function declareAll(items: readonly Item[], env: Env): InitialTask[] {
  const tasks: InitialTask[] = [];
  const lengths = new Map<string, number>();
  for (const item of items) {
    if (item.kind === "var") declareVariable(item, env);
    if (item.kind === "func") declareFunction(item, env, lengths);
    if (item.kind === "task") tasks.push(...declareTask(item, env));
  }
  return tasks;
}

/** `x`, or `x[0]` … for a family. */
function members({ name, count, at }: Declared, scope: Scope): string[] {
  if (count === undefined) return [name];
  const size = scope.num(count);
  if (size < 1 || size > MAX_FAMILY) {
    scope.report(at, `a family has 1 to ${MAX_FAMILY} members, never ${size}`);
    return [`${name}[0]`];
  }
  return Array.from({ length: size }, (_, index) => `${name}[${index}]`);
}

function declareVariable(item: Kind<"var">, { names, scope }: Env): void {
  const { declared, kernel } = item;
  const size = scope.within(item.size, [1, MAX_SIZE], "the size");
  const usual = Math.min(PAGE, Math.max(LINE, 2 ** Math.ceil(Math.log2(size))));
  const align = scope.filled(item.align, usual);
  if (!isPowerOfTwo(align) || align > MAX_ALIGN) {
    scope.report(
      declared.at,
      `the alignment is ${align}: it must be a power of two up to ${MAX_ALIGN}`,
    );
  }
  for (const name of members(declared, scope)) {
    if (isNewPlace(name, declared.at, { names, scope })) {
      names.variables.set(name, { name, size, align, kernel });
    }
  }
}

/** Variables and functions are both addresses, so they share their names. */
function isNewPlace(name: string, at: Position, { names, scope }: Pick<Env, "names" | "scope">) {
  const isNew = !names.variables.has(name) && !names.functions.has(name);
  if (!isNew) scope.report(at, `"${name}" is declared twice`);
  return isNew;
}

const isPowerOfTwo = (value: number) => Number.isInteger(Math.log2(value));

function declareFunction(item: Kind<"func">, env: Env, lengths: Map<string, number>): void {
  const { names, scope } = env;
  const { declared, kernel } = item;
  const context = new Context(env);
  const body = item.body.map((access) => resolveAccess(access, context));
  if (kernel && body.length > 0) {
    scope.report(
      declared.at,
      `"${declared.name}" is the kernel's: nothing can be said of its body`,
    );
  }
  const length = totalLength(body, lengths);
  if (length > MAX_CALLS) {
    scope.report(
      declared.at,
      `one execution makes ${length} accesses: at most ${MAX_CALLS} can be`,
    );
  }
  for (const name of members(declared, scope)) {
    if (!isNewPlace(name, declared.at, env)) continue;
    names.functions.set(name, { name, kernel, body });
    lengths.set(name, Math.min(length, MAX_CALLS));
  }
}

function totalLength(
  body: readonly Access<Resolved>[],
  lengths: ReadonlyMap<string, number>,
): number {
  const lengthOf = (it: Access<Resolved>) =>
    it.kind === "execute" ? (lengths.get(it.func) ?? 0) : 0;
  return body.reduce((sum, access) => sum + 1 + lengthOf(access), 0);
}

function declareTask(item: Kind<"task">, env: Env): InitialTask[] {
  const { names, scope } = env;
  const context = new Context(env);
  const cpu = item.cpu === undefined ? undefined : asCpu(context.cpu(item.cpu));
  return members(item.declared, scope).map((name) => {
    names.addTask(name, item.declared.at);
    return { name, cpu, user: item.user ?? "root" };
  });
}

import type { Access, AccessKind, Resolved } from "./action.ts";
import type { Written } from "./ast.ts";
import type { Context } from "./context.ts";
import { listed } from "./diagnostic.ts";

const SCALAR: readonly number[] = [1, 2, 4, 8];
const VECTOR: readonly number[] = [16, 32];

/** The sizes that one instruction can have; a kernel copy can have any. */
const SIZES: Partial<Record<AccessKind, readonly number[]>> = {
  load: SCALAR,
  store: SCALAR,
  rmw: SCALAR,
  larx: SCALAR,
  stcx: SCALAR,
  vload: VECTOR,
  vstore: VECTOR,
};

const NOT_ON_X86: ReadonlySet<AccessKind> = new Set(["larx", "stcx", "dcbz"]);

const STORES_A_VALUE: ReadonlySet<AccessKind> = new Set(["store", "rmw", "stcx"]);

/** The size and the value of an access; it must lie in its variable, in user space. */
export function resolveAccess(access: Access<Written>, context: Context): Access<Resolved> {
  const { names, scope, machine } = context;
  if (access.kind === "execute") return { kind: "execute", func: names.func(access.func) };
  const { kind } = access;
  const { at } = access.place.name;
  const place = names.place(access.place);
  const variable = names.variables.get(place.name);
  const size = scope.filled(access.size, defaultSize(kind, (variable?.size ?? 8) - place.offset));

  if (machine.arch === "x86" && NOT_ON_X86.has(kind)) scope.report(at, `nobody can ${kind} on x86`);
  const sizes = SIZES[kind];
  if (variable === undefined)
    scope.report(at, `"${place.name}" is no variable: nothing can ${kind} it`);
  else if (variable.kernel)
    scope.report(at, `"${place.name}" is the kernel's: a task cannot ${kind} it`);
  else if (sizes?.includes(size) === false) {
    scope.report(at, `${kind} has ${listed(sizes.map(String))} bytes, never ${size}`);
  } else if (place.offset + size > variable.size) {
    const last = place.offset + size - 1;
    scope.report(at, `"${place.name}" has ${variable.size} bytes: this goes up to byte ${last}`);
  }
  if (kind === "dcbz" && access.size !== undefined)
    scope.report(at, "dcbz clears a whole line: no size");

  const hasValue = STORES_A_VALUE.has(kind);
  if (!hasValue && access.value !== undefined) scope.report(at, `${kind} takes no value`);
  return { kind, place, size, value: hasValue ? scope.filled(access.value, 1) : 0 };
}

function defaultSize(kind: AccessKind, left: number): number {
  if (kind === "dcbz") return 0;
  if (kind === "vload" || kind === "vstore") return 16;
  if (kind === "copy-from-user" || kind === "copy-to-user") return Math.max(1, left);
  return SCALAR.findLast((size) => size <= left) ?? 1;
}

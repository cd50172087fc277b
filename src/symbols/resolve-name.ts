import { asVa, err, ok, type Pid, type Result } from "../base/index.ts";
import { type Definition, definitionsOf, objectMatches } from "./definitions.ts";
import { nearestNames } from "./edit-distance.ts";
import type { Image } from "./image.ts";
import type { LinkScope } from "./link-scope.ts";
import { LoadedProcess } from "./loaded-process.ts";
import type { NamedAddress, NameFailure, NameQuery } from "./named-address.ts";

/** Where a name is in a live process: the place that the process's own code would use. */
export function resolveName(
  pid: Pid,
  query: NameQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<NamedAddress, NameFailure> {
  const loaded = LoadedProcess.open(pid, proc);
  if (!loaded.ok) return loaded;
  using process = loaded.value;
  return resolveIn(process, query);
}

/**
 * The same for a process that is open already. Of a failure that is not the last word, near names
 * need not be searched: among a million that takes a second.
 */
export function resolveIn(
  { images, scope }: LoadedProcess,
  query: NameQuery,
  { nearest = true }: { readonly nearest?: boolean } = {},
): Result<NamedAddress, NameFailure> {
  const searched = images.filter((it) => objectMatches(it, query.object));
  if (query.object !== undefined && searched.length === 0) {
    return err({ kind: "no-object", object: query.object, nearest: nearestObjects(query, images) });
  }
  const found = images.flatMap((it) => definitionsOf(it, query.name));
  return choose(query, { found, searched, scope, nearest });
}

interface Search {
  /** In all images, whichever were asked for: another's definition may be the real one. */
  readonly found: readonly Definition[];
  readonly searched: readonly Image[];
  readonly scope: LinkScope;
  readonly nearest: boolean;
}

function choose(query: NameQuery, search: Search): Result<NamedAddress, NameFailure> {
  const { found, searched } = search;
  const asked = found.filter((it) => searched.includes(it.image));
  const all = asked.filter((it) => it.type !== "tls");
  const current = all.filter((it) => !it.hidden);
  const places = current.length > 0 ? current : all;
  const tls = asked.find((it) => it.type === "tls");
  if (places.length === 0 && tls !== undefined) return err(threadLocal(query.name, tls));
  if (places.length === 0) return err(notFound(query, search));

  const real = unique(places.map((it) => bound(it, query, search)));
  const globals = real.filter((it) => it.binding !== "local");
  // A static variable of the program is as likely to be meant as a global one of some library.
  const rivals =
    query.object === undefined && !globals.some((it) => it.image === search.scope.program)
      ? real.filter((it) => it.binding === "local" && it.image === search.scope.program)
      : [];
  const candidates = globals.length === 0 ? real : [...globals, ...rivals];
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return ok(namedAddress(only));
  return err({ kind: "ambiguous", name: query.name, candidates: candidates.map(namedAddress) });
}

/**
 * The definition that code refers to when it says this one's name: the first exported one of the
 * global scope. So a variable of a library that the program has a copy of (R_*_COPY) is in the
 * program, also for the library itself. A function that is asked for in its object is meant as
 * such, interposed or not: it has code of its own.
 */
function bound(definition: Definition, query: NameQuery, { found, scope }: Search): Definition {
  const { image } = definition;
  if (!definition.exported || definition.protected || scope.isSymbolic(image)) return definition;
  if (query.object !== undefined && definition.type !== "object") return definition;
  for (const it of scope.global) {
    const first = found.find((other) => other.image === it && isRival(other, definition));
    if (first !== undefined) return first;
  }
  return definition;
}

function isRival(other: Definition, definition: Definition): boolean {
  return other.exported && other.type !== "tls" && versionsAgree(other, definition);
}

/** A reference to one version is not bound to another; an unversioned definition serves all. */
function versionsAgree(a: Definition, b: Definition): boolean {
  return a.version === undefined || b.version === undefined || a.version === b.version;
}

function unique(definitions: readonly Definition[]): Definition[] {
  return [...new Map(definitions.map((it) => [it.address, it])).values()];
}

function namedAddress(it: Definition): NamedAddress {
  return {
    address: asVa(it.address),
    size: it.size,
    symbol: it.name,
    object: it.image.object.name,
    path: it.image.object.path,
    type: it.type === "tls" ? "object" : it.type,
  };
}

function threadLocal(name: string, { image, address }: Definition): NameFailure {
  return {
    kind: "tls",
    name,
    object: image.object.name,
    tlsOffset: address,
    hint: `every thread has its own ${name}: give the address of one thread's, as its code or a debugger prints &${name}`,
  };
}

function notFound({ name }: NameQuery, { searched, scope, nearest: wanted }: Search): NameFailure {
  const nearest = wanted ? nearestNames(name, namesOf(searched, scope.program)) : [];
  const asked = searched.length === 1 ? searched : searched.filter((it) => it === scope.program);
  const stripped = asked.filter((it) => it.object.symtab() === undefined);
  if (stripped.length === 0) return { kind: "unknown", name, nearest };
  return {
    kind: "no-symbols",
    name,
    objects: stripped.map((it) => it.object.name),
    nearest,
    hint: "only exported names are left in a stripped file: install its debug symbols, or give an address",
  };
}

/** The program's first, for of two equally near names that one is likelier. */
function* namesOf(images: readonly Image[], program: Image | undefined): Generator<string> {
  const ordered = images.toSorted((a, b) => Number(b === program) - Number(a === program));
  for (const { object } of ordered) {
    const table = object.symtab() ?? object.dynsym();
    if (table !== undefined) yield* table.names();
  }
}

function nearestObjects({ object = "" }: NameQuery, images: readonly Image[]): string[] {
  const names = new Set(images.map((it) => it.object.name));
  const stems = [...names].filter((it) => it.includes(object) || object.includes(stem(it)));
  return [...new Set([...stems, ...nearestNames(object, names)])].slice(0, 5);
}

function stem(name: string): string {
  return name.split(".so")[0] ?? name;
}

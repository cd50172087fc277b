import { err, ok, type Result } from "../../base/index.ts";
import { definitionsOf, objectMatches } from "../definitions.ts";
import { nearestNames } from "../edit-distance.ts";
import type { Image } from "../image.ts";
import type { LoadedProcess } from "../loaded-process.ts";
import type { NamedAddress, NameFailure, NameQuery } from "../named-address.ts";
import { resolveIn } from "../resolve-name.ts";
import type { DebugObject } from "./debug-object.ts";
import { demangle } from "./demangle.ts";
import type { Die } from "./die.ts";
import { entryNames, linkageName, qualifiedName } from "./die-names.ts";
import {
  DW_AT_declaration,
  DW_AT_external,
  DW_TAG_formal_parameter,
  DW_TAG_member,
  DW_TAG_subprogram,
  DW_TAG_variable,
} from "./dwarf-constants.ts";
import { type Entry, EntrySearch } from "./entry-search.ts";
import { comesFrom, sourceOf } from "./entry-source.ts";
import { isAggregate } from "./members.ts";
import { lastPart, namesMatch } from "./name-match.ts";
import { strip } from "./read-type.ts";
import { sizeOf } from "./type-size.ts";
import { type VariablePlace, variablePlace } from "./variable-place.ts";

/** A variable or a function of a process. */
export interface FoundVariable {
  readonly address: bigint;
  /** In bytes; 0 where nothing says. */
  readonly size: number;
  /** Undefined without debug info, and of functions. */
  readonly type: Die | undefined;
  readonly isFunction: boolean;
  /** With its scopes. */
  readonly name: string;
  readonly image: Image;
  /** Where it is declared: `conn.c:12`. */
  readonly source: string | undefined;
}

export type FindFailure =
  | { readonly kind: "name"; readonly failure: NameFailure }
  | { readonly kind: "several"; readonly found: readonly FoundVariable[] }
  /** It exists and cannot be watched. */
  | { readonly kind: "nowhere"; readonly reason: string };

interface Sought extends NameQuery {
  /** A source file's name, where `object` is none of the process's objects. */
  readonly file?: string;
}

/** Finds variables by name: by the symbol table where that has the name, else by debug info. */
export class VariableFinder {
  readonly process: LoadedProcess;
  readonly #searches = new Map<DebugObject, EntrySearch>();

  constructor(process: LoadedProcess) {
    this.process = process;
  }

  /** Whether the symbol tables have this very name. */
  hasSymbol(query: NameQuery): boolean {
    const { images } = this.process;
    const asked = images.filter((it) => objectMatches(it, query.object));
    return asked.some((it) => definitionsOf(it, query.name).length > 0);
  }

  find(query: NameQuery): Result<FoundVariable, FindFailure> {
    const named = resolveIn(this.process, query, { nearest: false });
    if (named.ok) return ok(this.#typed(named.value));
    const { error: failure } = named;
    if (failure.kind === "ambiguous") {
      return err({ kind: "several", found: failure.candidates.map((it) => this.#typed(it)) });
    }
    return this.#byDebugInfo(query, failure);
  }

  /** The full definition of a struct that is only declared where it is used. */
  complete(aggregate: Die, image: Image): Die {
    const name = qualifiedName(aggregate);
    if (!aggregate.has(DW_AT_declaration) || name === undefined) return aggregate;
    for (const type of this.#typesNamed(name, image)) if (type.tag === aggregate.tag) return type;
    return aggregate;
  }

  /** The type of a name: a struct, union, enum, typedef or base type. */
  typeNamed(name: string): { readonly type: Die; readonly image: Image } | undefined {
    for (const image of this.#programFirst()) {
      const [type] = this.#typesNamed(name, image);
      if (type !== undefined) return { type, image };
    }
    return undefined;
  }

  *#typesNamed(name: string, near: Image): Generator<Die> {
    for (const image of [near, ...this.#programFirst().filter((it) => it !== near)]) {
      for (const entry of this.#search(image)?.named(lastPart(name)) ?? []) {
        const { die } = entry;
        const isType = isAggregate(die) || TYPE_TAGS.has(die.tag);
        if (!isType || die.has(DW_AT_declaration)) continue;
        if (entryNames(entry).some((it) => namesMatch(it, name))) yield die;
      }
    }
  }

  #programFirst(): readonly Image[] {
    const { images, scope } = this.process;
    return images.toSorted((a, b) => Number(b === scope.program) - Number(a === scope.program));
  }

  #search(image: Image): EntrySearch | undefined {
    const debug = image.object.dwarf();
    if (debug === undefined || debug.dwarf === 0) return undefined;
    const known = this.#searches.get(debug);
    if (known !== undefined) return known;
    const search = new EntrySearch(debug);
    this.#searches.set(debug, search);
    return search;
  }

  /** The type of what the symbol table has found. */
  #typed({ address, size, symbol, path, type }: NamedAddress): FoundVariable {
    const holds = (it: Image) => it.object.path === path && this.#isIn(it, address);
    const image = this.process.images.find(holds) ?? this.process.images[0];
    if (image === undefined) throw new TypeError("a name was found in no image");
    const isFunction = type === "func" || type === "ifunc";
    const die = isFunction ? undefined : this.#variableAt(image, { address, size, symbol });
    return {
      address,
      size: size === 0 ? sizeOf(die?.type()) : size,
      type: die?.type(),
      isFunction,
      name: symbol,
      image,
      source: die === undefined ? undefined : sourceOf(die),
    };
  }

  #isIn(image: Image, address: bigint): boolean {
    return image.ranges.some(({ start, end }) => start <= address && address < end);
  }

  #variableAt(
    image: Image,
    { address, size, symbol }: { address: bigint; size: number; symbol: string },
  ): Die | undefined {
    const search = this.#search(image);
    const own = address - image.bias;
    const bias = image.object.dwarf()?.bias ?? 0n;
    const isThere = ({ die }: Entry) => {
      const place = variablePlace(die, bias);
      return place.kind === "static" && place.address === own && die.type() !== undefined;
    };
    const there = [...(search?.at(own - bias) ?? [])].filter(isThere);
    const exact = there.find(({ die }) => die.name === lastPart(symbol)) ?? there[0];
    if (exact !== undefined) return exact.die;
    // A place given by an index, or a copy of a library's variable, which the library describes.
    const fits = ({ die }: Entry) =>
      die.tag === DW_TAG_variable && variablePlace(die, bias).kind !== "none";
    for (const it of [image, ...this.process.images.filter((other) => other !== image)]) {
      const all = [...(this.#search(it)?.named(lastPart(symbol)) ?? [])].filter(fits);
      // Another variable of this name in this object lies elsewhere, and is not meant.
      const best =
        (it === image ? all.find(isThere) : undefined) ??
        all.find(
          (entry) =>
            (it !== image || variablePlace(entry.die, bias).kind === "declared") &&
            entryNames(entry).some((name) => namesMatch(name, symbol)) &&
            sizeOf(entry.die.type()) === size,
        );
      if (best !== undefined) return best.die;
    }
    return undefined;
  }

  #byDebugInfo(query: NameQuery, failure: NameFailure): Result<FoundVariable, FindFailure> {
    const { object, name } = query;
    const isFile = failure.kind === "no-object" && object !== undefined;
    const sought: Sought = isFile ? { name, file: object } : query;
    const asked = this.#programFirst().filter(
      (it) => sought.file !== undefined || objectMatches(it, sought.object),
    );
    const { program } = this.process.scope;
    let reason: string | undefined;
    // A name of the program's own is meant before one of a library.
    for (const images of [
      asked.filter((it) => it === program),
      asked.filter((it) => it !== program),
    ]) {
      const found: FoundVariable[] = [];
      for (const image of images) {
        for (const it of this.#candidates(image, sought)) {
          if (typeof it === "string") reason ??= it;
          else found.push(it);
        }
      }
      const [first, ...others] = best(found, sought.name);
      if (first !== undefined && others.length === 0) return ok(first);
      if (first !== undefined) return err({ kind: "several", found: [first, ...others] });
    }
    if (reason !== undefined) return err({ kind: "nowhere", reason });
    const last = resolveIn(this.process, query);
    return err({
      kind: "name",
      failure: last.ok ? failure : this.#withNearest(last.error, sought),
    });
  }

  /** What bears the name in one object; a text says why something that does is nowhere. */
  #candidates(image: Image, sought: Sought): (FoundVariable | string)[] {
    const search = this.#search(image);
    const last = lastPart(sought.name);
    const variables: (FoundVariable | string)[] = [];
    for (const it of search?.variablesNamed(last) ?? []) {
      variables.push(...this.#accepted(it, image, sought));
      if (variables.length > MAX_FOUND) break;
    }
    const linked = sought.file === undefined ? this.#demangled(image, sought.name) : [];
    if (variables.length + linked.length > 0) return [...variables, ...linked];
    const others = [...(search?.named(last) ?? [])];
    return others.flatMap((it) => this.#accepted(it, image, sought));
  }

  #accepted(
    entry: Entry,
    image: Image,
    { name, file }: Sought,
  ): readonly (FoundVariable | string)[] {
    const { die, parents } = entry;
    if (!NAMED_TAGS.has(die.tag)) return [];
    const isStatic = die.has(DW_AT_declaration) || die.has(DW_AT_external);
    if (die.tag === DW_TAG_member && !isStatic) return [];
    if (file !== undefined && !comesFrom(die, parents, file)) return [];
    if (!entryNames(entry).some((it) => namesMatch(it, name))) return [];
    const place = placeOf(die, image.object.dwarf()?.bias ?? 0n);
    switch (place.kind) {
      case "static":
        return [this.#foundAt(die, place.address, image)];
      case "none":
        return [`${describe(die, parents)}: ${place.reason}`];
      case "declared":
        return this.#definitions(entry, image);
    }
  }

  /** What is declared in a class or a namespace is defined outside, by reference or linker's name. */
  #definitions(entry: Entry, image: Image): FoundVariable[] {
    const bias = image.object.dwarf()?.bias ?? 0n;
    const referring = [...(this.#search(image)?.referringTo(entry) ?? [])];
    const defined = referring.flatMap(({ die }) => {
      if (!NAMED_TAGS.has(die.tag) || die.origin()?.raw[0] !== entry.die.raw[0]) return [];
      const place = placeOf(die, bias);
      return place.kind === "static" ? [this.#foundAt(die, place.address, image)] : [];
    });
    if (defined.length > 0) return defined;
    const linkage = linkageName(entry.die);
    const linked = linkage === undefined ? [] : definitionsOf(image, linkage);
    return linked.map(({ address }) => this.#foundAt(entry.die, address - image.bias, image));
  }

  /** C++ and Rust names in the symbol table, which has those of class members, and all it can have. */
  #demangled(image: Image, name: string): FoundVariable[] {
    const table = image.object.symtab() ?? image.object.dynsym();
    const last = lastPart(name).replace(/<.*$/s, "");
    return [...(table?.mangledWith(last) ?? [])].flatMap((mangled) => {
      const plain = demangled(mangled);
      if (plain === undefined || !namesMatch(plain, name)) return [];
      return definitionsOf(image, mangled).flatMap(({ address, size, type }) => {
        if (type === "tls") return [];
        const isFunction = type === "func" || type === "ifunc";
        const die = isFunction
          ? undefined
          : this.#variableAt(image, { address, size, symbol: plain });
        const source = die === undefined ? undefined : sourceOf(die);
        return [{ address, size, type: die?.type(), isFunction, name: plain, image, source }];
      });
    });
  }

  /** Slips in names of C++ and Rust are looked for among the plain names. */
  #withNearest(failure: NameFailure, { name }: Sought): NameFailure {
    if (failure.kind !== "unknown" || failure.nearest.length > 0) return failure;
    const table = this.process.scope.program?.object.symtab();
    if ((table?.length ?? 0) > MAX_SEARCHED) return failure;
    const plain = [...(table?.names() ?? [])].flatMap((it) => demangled(it) ?? []);
    const nearest = nearestNames(lastPart(name), plain.map(lastPart));
    const whole = plain.filter((it) => nearest.includes(lastPart(it)));
    return { ...failure, nearest: [...new Set(whole)].slice(0, MAX_NEAREST) };
  }

  #foundAt(die: Die, own: bigint, image: Image): FoundVariable {
    const isFunction = die.tag === DW_TAG_subprogram;
    const type = isFunction ? undefined : die.type();
    return {
      address: own + image.bias,
      size: isFunction ? 1 : sizeOf(strip(type)),
      type,
      isFunction,
      name: qualifiedName(die) ?? "",
      image,
      source: sourceOf(die),
    };
  }
}

/** Typedefs, base types and enums; structs and unions are told by `isAggregate`. */
const TYPE_TAGS = new Set([0x16, 0x24, 0x04]);
/** Variables and functions; of members those that are static. */
const NAMED_TAGS = new Set([
  DW_TAG_variable,
  DW_TAG_member,
  DW_TAG_formal_parameter,
  DW_TAG_subprogram,
]);

/** Of more variables of one name nobody wants to know where they are. */
export const MAX_FOUND = 64;
const MAX_NEAREST = 5;
/** Symbols that are demangled for the sake of an error message. */
const MAX_SEARCHED = 100_000;

/** Without the parameters of a function. */
function demangled(mangled: string): string | undefined {
  return demangle(mangled)?.replace(/\(.*\)( const)?$/s, "");
}

/** Each address once; those whose whole name was given before those of which it is the end. */
function best(found: readonly FoundVariable[], name: string): FoundVariable[] {
  const once = [...new Map(found.map((it) => [it.address, it])).values()];
  const exact = once.filter((it) => it.name === name);
  return exact.length > 0 ? exact : once;
}

function placeOf(die: Die, bias: bigint): VariablePlace {
  return die.tag === DW_TAG_subprogram ? entryOf(die, bias) : variablePlace(die, bias);
}

/** Inlined functions have entries without code. */
function entryOf(die: Die, bias: bigint): VariablePlace {
  const address = new BigUint64Array(1);
  if (die.lib.dwarfEntrypc(die.raw, address) !== 0) return { kind: "declared" };
  return { kind: "static", address: (address[0] ?? 0n) + bias };
}

/** `x of work (t.c:12)`. */
function describe(die: Die, parents: readonly Die[]): string {
  const owner = parents.findLast((it) => it.tag === DW_TAG_subprogram)?.name;
  const source = sourceOf(die);
  return `${die.name}${owner === undefined ? "" : ` of ${owner}`}${source === undefined ? "" : ` (${source})`}`;
}

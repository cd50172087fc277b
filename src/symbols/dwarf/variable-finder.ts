import { err, ok, type Result } from "../../base/index.ts";
import { definitionsOf, objectMatches } from "../definitions.ts";
import { nearestNames } from "../edit-distance.ts";
import type { Image } from "../image.ts";
import type { LoadedProcess } from "../loaded-process.ts";
import type { NameFailure, NameQuery } from "../named-address.ts";
import { resolveIn } from "../resolve-name.ts";
import { problemText } from "./debug-problem.ts";
import { demangle } from "./demangle.ts";
import type { Die } from "./die.ts";
import { entryNames, linkageName } from "./die-names.ts";
import {
  DW_AT_declaration,
  DW_AT_external,
  DW_TAG_formal_parameter,
  DW_TAG_member,
  DW_TAG_subprogram,
  DW_TAG_variable,
} from "./dwarf-constants.ts";
import type { Entry } from "./entry-search.ts";
import { EntrySearches } from "./entry-searches.ts";
import { comesFrom, sourceOf } from "./entry-source.ts";
import { notInFile } from "./file-names.ts";
import {
  best,
  type FindFailure,
  type FoundVariable,
  foundAt,
  MAX_FOUND,
  placeOf,
} from "./found-variable.ts";
import { lastPart, namesMatch, withoutParameters } from "./name-match.ts";
import { SymbolTypes } from "./symbol-types.ts";
import { programFirst, TypeFinder } from "./type-finder.ts";

interface Sought extends NameQuery {
  /** A source file's name, where `object` is none of the process's objects. */
  readonly file?: string;
}

/** Finds variables by name: by the symbol table where that has the name, else by debug info. */
export class VariableFinder {
  readonly process: LoadedProcess;
  readonly types: TypeFinder;
  readonly #searches = new EntrySearches();
  readonly #symbols: SymbolTypes;

  constructor(process: LoadedProcess) {
    this.process = process;
    this.types = new TypeFinder(process, this.#searches);
    this.#symbols = new SymbolTypes(process, this.#searches);
  }

  /** Whether the symbol tables have this very name. */
  hasSymbol(query: NameQuery): boolean {
    const { images } = this.process;
    const asked = images.filter((it) => objectMatches(it, query.object));
    return asked.some((it) => definitionsOf(it, query.name).length > 0);
  }

  find(query: NameQuery): Result<FoundVariable, FindFailure> {
    const named = resolveIn(this.process, query, { nearest: false });
    if (named.ok) return ok(this.#symbols.typed(named.value));
    const { error: failure } = named;
    if (failure.kind === "ambiguous") {
      return err({
        kind: "several",
        found: failure.candidates.map((it) => this.#symbols.typed(it)),
      });
    }
    return this.#byDebugInfo(query, failure);
  }

  #byDebugInfo(query: NameQuery, failure: NameFailure): Result<FoundVariable, FindFailure> {
    const { object, name } = query;
    const isFile = failure.kind === "no-object" && object !== undefined;
    const sought: Sought = isFile ? { name, file: object } : query;
    const asked = programFirst(this.process).filter(
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
    const inFile = isFile ? notInFile(this.process, { file: object, name }) : undefined;
    if (inFile !== undefined) return err({ kind: "name", failure: inFile });
    const last = resolveIn(this.process, query);
    const told = last.ok ? failure : this.#withNearest(last.error, sought);
    return err({ kind: "name", failure: isFile ? this.#withReason(told) : told });
  }

  /** What bears the name in one object; a text says why something that does is nowhere. */
  #candidates(image: Image, sought: Sought): (FoundVariable | string)[] {
    const search = this.#searches.of(image);
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
        return [foundAt(die, place.address, image)];
      case "none":
        return [`${describe(die, parents)}: ${place.reason}`];
      case "declared":
        return this.#definitions(entry, image);
    }
  }

  /** What is declared in a class or a namespace is defined outside, by reference or linker's name. */
  #definitions(entry: Entry, image: Image): FoundVariable[] {
    const bias = image.object.dwarf()?.bias ?? 0n;
    const referring = [...(this.#searches.of(image)?.referringTo(entry) ?? [])];
    const defined = referring.flatMap(({ die }) => {
      if (!NAMED_TAGS.has(die.tag) || die.origin()?.raw[0] !== entry.die.raw[0]) return [];
      const place = placeOf(die, bias);
      return place.kind === "static" ? [foundAt(die, place.address, image)] : [];
    });
    if (defined.length > 0) return defined;
    const linkage = linkageName(entry.die);
    const linked = linkage === undefined ? [] : definitionsOf(image, linkage);
    return linked.map(({ address }) => foundAt(entry.die, address - image.bias, image));
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
          : this.#symbols.variableAt(image, { address, size, symbol: plain });
        const source = die === undefined ? undefined : sourceOf(die);
        return [{ address, size, type: die?.type(), isFunction, name: plain, image, source }];
      });
    });
  }

  /** The source files of a program are known by its debug info alone. */
  #withReason(failure: NameFailure): NameFailure {
    const object = this.process.scope.program?.object;
    const problem = object?.dwarf()?.problem;
    if (failure.kind !== "no-object" || object === undefined || problem === undefined) {
      return failure;
    }
    return { ...failure, why: problemText(object.name, problem) };
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
}

/** Variables and functions; of members those that are static. */
const NAMED_TAGS = new Set([
  DW_TAG_variable,
  DW_TAG_member,
  DW_TAG_formal_parameter,
  DW_TAG_subprogram,
]);

const MAX_NEAREST = 5;
/** Symbols that are demangled for the sake of an error message. */
const MAX_SEARCHED = 100_000;

/** Without the parameters of a function. */
function demangled(mangled: string): string | undefined {
  const whole = demangle(mangled);
  return whole === undefined ? undefined : withoutParameters(whole);
}

/** `x of work (t.c:12)`. */
function describe(die: Die, parents: readonly Die[]): string {
  const owner = parents.findLast((it) => it.tag === DW_TAG_subprogram)?.name;
  const source = sourceOf(die);
  return `${die.name}${owner === undefined ? "" : ` of ${owner}`}${source === undefined ? "" : ` (${source})`}`;
}

import type { DebugObject, Unit } from "./debug-object.ts";
import type { Die } from "./die.ts";
import { functionName } from "./die-names.ts";
import { DW_AT_call_column, DW_AT_call_file, DW_AT_call_line } from "./dwarf-constants.ts";
import { FunctionIndex, inlinedAt } from "./function-index.ts";
import type { Libdw } from "./libdw.ts";
import { sourceFile } from "./source-file.ts";
import { UnitIndex } from "./unit-index.ts";

/** A place in source text. What the compiler did not say is left out. */
export interface SourcePlace {
  /** As the compiler was given it, made absolute where it says in which folder that was. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Demangled, with its scopes. */
  readonly function?: string;
}

/** The source of one instruction. `function` may be one that is inlined. */
export interface CodePlace extends SourcePlace {
  /** The functions around it, innermost first, each with the place of the call inlined there. */
  readonly inlinedInto: readonly SourcePlace[];
}

const MAX_PLACES = 1 << 16;

/** Source lines for the code of one file. */
export class SourceLines {
  readonly #debug: DebugObject;
  readonly #units: UnitIndex;
  readonly #functions = new Map<Unit, FunctionIndex>();
  readonly #names = new Map<number, string | undefined>();
  readonly #places = new Map<bigint, CodePlace | undefined>();

  constructor(debug: DebugObject) {
    this.#debug = debug;
    this.#units = new UnitIndex(debug);
  }

  /** The source of the instruction at `address`, as the linker numbers it. */
  lineOf(address: bigint): CodePlace | undefined {
    if (this.#places.has(address)) return this.#places.get(address);
    const place = this.#find(address - this.#debug.bias);
    const oldest = this.#places.keys().next();
    if (this.#places.size >= MAX_PLACES && !oldest.done) this.#places.delete(oldest.value);
    this.#places.set(address, place);
    return place;
  }

  #find(address: bigint): CodePlace | undefined {
    if (this.#debug.dwarf === 0) return undefined;
    const unit = this.#units.unitAt(address);
    if (unit === undefined) return undefined;
    const outer = this.#functionsOf(unit).functionAt(address);
    const chain = outer === undefined ? [] : inlinedAt(outer, address);
    const row = rowOf(this.#debug.lib, unit.die, address);
    if (row === undefined && outer === undefined) return undefined;

    const [innermost] = chain;
    const around = chain.slice(1).map((it, i) => {
      const callee = chain[i];
      return { ...(callee === undefined ? {} : callPlace(unit, callee)), ...this.#named(it) };
    });
    return {
      ...row,
      ...(innermost === undefined ? {} : this.#named(innermost)),
      inlinedInto: around,
    };
  }

  #functionsOf(unit: Unit): FunctionIndex {
    const known = this.#functions.get(unit);
    if (known !== undefined) return known;
    const index = new FunctionIndex(unit);
    this.#functions.set(unit, index);
    return index;
  }

  #named(die: Die): { readonly function?: string } {
    const key = Number(die.raw[0]); // where it is in memory: also of split units unmistakable
    if (!this.#names.has(key)) this.#names.set(key, functionName(die));
    const name = this.#names.get(key);
    return name === undefined ? {} : { function: name };
  }
}

/** The row of the line table that `address` falls in. */
function rowOf(lib: Libdw, unit: Die, address: bigint): SourcePlace | undefined {
  const row = lib.dwarfGetsrcDie(unit.raw, address);
  if (row === 0) return undefined;
  const number = new Int32Array(1);
  const line = lib.dwarfLineno(row, number) === 0 ? (number[0] ?? 0) : 0;
  const column = lib.dwarfLinecol(row, number) === 0 ? (number[0] ?? 0) : 0;
  return place(lib.dwarfLinesrc(row, 0, 0) ?? undefined, line, column);
}

/** Where a function that is inlined was called. */
function callPlace(unit: Unit, callee: Die): SourcePlace {
  const file = callee.size(DW_AT_call_file);
  const path = file === undefined ? undefined : sourceFile(unit.die, file);
  return place(path, callee.size(DW_AT_call_line) ?? 0, callee.size(DW_AT_call_column) ?? 0);
}

/** Compilers say 0 for code that stands for no line, and for "no column". */
function place(file: string | undefined, line: number, column: number): SourcePlace {
  return {
    ...(file === undefined || file === "???" ? {} : { file }),
    ...(line > 0 ? { line } : {}),
    ...(line > 0 && column > 0 ? { column } : {}),
  };
}

import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import type { DebugProblem } from "./debug-problem.ts";
import { Die } from "./die.ts";
import { DW_AT_dwo_name, DW_AT_GNU_dwo_name } from "./dwarf-constants.ts";
import { type Handle, type Libdw, libdw } from "./libdw.ts";

/** An ELF file whose debug info is wanted. */
export interface DebugSource {
  /** For messages, and what separate debug files are called after. */
  readonly path: string;
  /** Open, and left open: of the very file that is mapped, whatever its path means by now. */
  readonly fd: number;
  /** File systems in which to look for separate debug files, best first: `/proc/PID/root`, `/`. */
  readonly roots: readonly string[];
}

/** A compilation unit. Of split debug info, the unit in the `.dwo` file. */
export interface Unit {
  readonly die: Die;
  /** Where it begins, in its section. */
  readonly offset: number;
  /** It is in a file of its own, whose offsets mean nothing in the object's own `.debug_info`. */
  readonly split: boolean;
  /** It says where its split debug info is, and that is not there. */
  readonly isSkeleton: boolean;
  /** It is in `.debug_types`, where DWARF 4 has the types that several units share. */
  readonly inTypes: boolean;
}

/** libdw says "no DWARF information" in several words, of the file and of its separate one. */
const NO_DWARF = /no dwarf/i;

/**
 * The debug info of one ELF file, its own or from a separate file. Addresses are the linker's: where
 * a process has loaded the file is nothing that this knows, so one serves all processes.
 *
 * The file is handed over open, not by the path in maps as dwfl_linux_proc_report() would: that path
 * may by now be another file, or one of another mount namespace.
 */
export class DebugObject implements Disposable {
  readonly lib: Libdw;
  readonly module: Handle;
  /** 0 where `problem` says why. */
  readonly dwarf: Handle;
  /** What libdw's addresses are less than the linker's; not 0 only after prelink(8). */
  readonly bias: bigint;
  /** libdw has pointers into these, so they must not be collected before it is done. */
  readonly callbacks: ReturnType<typeof dwflCallbacks>;
  readonly #dwfl: Handle;
  readonly #source: DebugSource;
  readonly #unopened: DebugProblem | undefined;
  #units: readonly Unit[] | undefined;
  #open = true;

  private constructor(lib: Libdw, source: DebugSource) {
    this.lib = lib;
    this.callbacks = dwflCallbacks(lib, source.roots);
    this.#dwfl = lib.dwflBegin(this.callbacks[0]);
    this.module = reportFile(lib, this.#dwfl, source);
    const bias = new BigUint64Array(1);
    this.dwarf = this.module === 0 ? 0 : lib.dwflModuleGetdwarf(this.module, bias);
    this.bias = BigInt.asIntN(64, bias[0] ?? 0n);
    this.#source = source;
    this.#unopened = this.dwarf === 0 ? problemOf(lib) : undefined;
  }

  /** Undefined where there is no libdw. Nothing is read of the debug info before it is asked for. */
  static open(source: DebugSource, lib = libdw()): DebugObject | undefined {
    return lib === undefined ? undefined : new DebugObject(lib, source);
  }

  /** All units, in the order of the file. */
  units(): readonly Unit[] {
    this.#units ??= this.dwarf === 0 ? [] : [...readUnits(this.lib, this.dwarf)];
    return this.#units;
  }

  /** What it lacks: all, or the units that are split off and not to be had. */
  get problem(): DebugProblem | undefined {
    if (this.#unopened !== undefined) return this.#unopened;
    const missing = this.units().filter(({ isSkeleton }) => isSkeleton);
    const [first] = missing;
    if (first === undefined) return undefined;
    const { path, roots } = this.#source;
    const inPackage = roots.some((root) => existsSync(join(root, `${path}.dwp`)));
    if (inPackage) {
      return { kind: "package", path: `${path}.dwp`, version: this.lib.dwflVersion(0) };
    }
    const name = first.die.text(DW_AT_dwo_name) ?? first.die.text(DW_AT_GNU_dwo_name) ?? "?";
    return { kind: "split", missing: missing.length, first: name };
  }

  [Symbol.dispose](): void {
    if (this.#open) this.lib.dwflEnd(this.#dwfl);
    this.#open = false;
  }
}

/** `Dwfl_Callbacks`, and after it what it points to. */
function dwflCallbacks(lib: Libdw, roots: readonly string[]) {
  const folders = roots.map((root) => `${root.replace(/\/$/, "")}/usr/lib/debug`);
  const searched = Buffer.from(`${[":.debug", ...folders].join(":")}\0`);
  const pointer = new BigUint64Array([lib.addressOf(searched)]);
  const callbacks = new BigUint64Array([
    lib.symbol("dwfl_build_id_find_elf"),
    lib.symbol("dwfl_standard_find_debuginfo"),
    0n,
    lib.addressOf(pointer),
  ]);
  return [callbacks, pointer, searched] as const;
}

/** 0 if libdw finds no ELF file in it. */
function reportFile(lib: Libdw, dwfl: Handle, { path, fd, roots }: DebugSource): Handle {
  const own = openSync(`/proc/self/fd/${fd}`, "r"); // libdw closes what it is given
  const seen = `${(roots[0] ?? "").replace(/\/$/, "")}${path}`;
  lib.dwflReportBegin(dwfl);
  const module = lib.dwflReportElf(dwfl, path, seen, own, 0n, true);
  lib.dwflReportEnd(dwfl, 0, 0);
  if (module === 0) closeSync(own);
  return module;
}

function problemOf(lib: Libdw): DebugProblem {
  const what = lib.dwflErrmsg(lib.dwflErrno());
  return NO_DWARF.test(what) ? { kind: "none" } : { kind: "broken", what };
}

const DW_UT_type = 2;
const DW_UT_skeleton = 4;
const DW_UT_split_compile = 5;

function* readUnits(lib: Libdw, dwarf: Handle): Generator<Unit> {
  const next = new BigUint64Array(1);
  const version = new Uint16Array(1);
  const type = new Uint8Array(1);
  let unit: Handle = 0;
  for (;;) {
    const skeleton = new Die(lib);
    const split = new Die(lib);
    const found = lib.dwarfGetUnits(dwarf, unit, next, version, type, skeleton.raw, split.raw);
    if (found !== 0) return;
    unit = Number(next[0]);
    const isSplit = type[0] === DW_UT_skeleton && split.raw[0] !== 0n;
    if (type[0] === DW_UT_split_compile) continue; // found through its skeleton
    const inTypes = type[0] === DW_UT_type && (version[0] ?? 5) < 5;
    yield {
      die: isSplit ? split : skeleton,
      offset: skeleton.offset,
      split: isSplit,
      isSkeleton: type[0] === DW_UT_skeleton && !isSplit,
      inTypes,
    };
  }
}

import type { Va } from "../base/index.ts";
import type { SourcePlace } from "./dwarf/line-of.ts";

/** How far V8 had compiled a function, by the mark in its name: `~`, `^`, `+`, `*`. */
export type Tier = "interpreted" | "baseline" | "maglev" | "optimised";

/** What is known of one address of code or data. What is not known is left out, never guessed. */
export interface Frame {
  /** `elf`: an object file is mapped there, even if it names nothing at this address. */
  readonly kind: "elf" | "jit" | "kernel" | "unknown";
  /** As it was asked for, also when the byte before it was looked up. */
  readonly address: Va;
  /** Mangled, as it stands in the table; for JavaScript the function's own name. */
  readonly symbol?: string;
  /** From the start of `symbol` to `address`. */
  readonly offset?: number;
  /** The base name, such as `libc.so.6`, `[vdso]`, or perf's `[kernel.kallsyms]`. */
  readonly object?: string;
  /** The whole path of `object` as the process sees it. */
  readonly path?: string;
  /**
   * `address` as `object` numbers its own bytes: what `addr2line -e` and `objdump` take. Of a file
   * that cannot be read, and of `[heap]` and the like, the offset from its first byte.
   */
  readonly objectOffset?: bigint;
  /** Of the instruction, from debug info; of JavaScript where the function starts. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /**
   * The source's function, demangled: from debug info, of inlined code not that of `symbol`; without
   * debug info `symbol` demangled, where it is mangled.
   */
  readonly function?: string;
  /**
   * Where functions were inlined: all of them and the one they are in at last, innermost first, each
   * with its own line. Absent where nothing was inlined.
   */
  readonly inlined?: readonly SourcePlace[];
  /** Only of JavaScript. */
  readonly tier?: Tier;
}

export interface LookUp {
  readonly mode: "user" | "kernel";
  /**
   * The address follows the instruction meant: a return address, or where a data breakpoint trapped.
   * The byte before it is looked up, for a call may be the last instruction of its function.
   */
  readonly after?: boolean;
}

/** A mapping as PERF_RECORD_MMAP2 tells it. */
export interface MmapNote {
  readonly start: bigint;
  readonly len: bigint;
  /** In bytes. */
  readonly pgoff: bigint;
  readonly maj: number;
  readonly min: number;
  readonly ino: bigint;
  readonly path: string;
}

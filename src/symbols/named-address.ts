import type { Va } from "../base/index.ts";

/** A name to look for, in one object of the process or in all. */
export interface NameQuery {
  /** `lib.so`, `lib.so.6`, `lib`, or a path. */
  readonly object?: string;
  /** `counter`, `_ZN4conn5stateE`, `memcpy@GLIBC_2.14`. */
  readonly name: string;
}

/** A name and where it is in a live process. */
export interface NamedAddress {
  readonly address: Va;
  /** In bytes; 0 where the table does not say, as for labels of assembly code. */
  readonly size: number;
  readonly symbol: string;
  /** The base name of the object that defines it. */
  readonly object: string;
  readonly path: string;
  readonly type: "func" | "object" | "ifunc" | "notype";
}

/** Why a name has no one address. */
export type NameFailure =
  /** No object has it. `nearest` is best first. */
  | { readonly kind: "unknown"; readonly name: string; readonly nearest: readonly string[] }
  /** Several variables or functions bear it, and the dynamic linker does not make them one. */
  | {
      readonly kind: "ambiguous";
      readonly name: string;
      readonly candidates: readonly NamedAddress[];
    }
  /** No such object is loaded, nor compiled as a source file. `nearest` are loaded ones. */
  | {
      readonly kind: "no-object";
      readonly object: string;
      readonly nearest: readonly string[];
      /** Why a source file of this name may be there, and not known. */
      readonly why?: string;
    }
  /** A source file of this name was compiled, and has no such variable or function. */
  | {
      readonly kind: "not-in-file";
      readonly file: string;
      readonly name: string;
      readonly nearest: readonly string[];
    }
  /** Every thread has its own. `hint` says how one thread's address can be had. */
  | {
      readonly kind: "tls";
      readonly name: string;
      readonly object: string;
      readonly tlsOffset: bigint;
      readonly hint: string;
    }
  /** Not found, and the object, or the program if none was given, is stripped of its static names. */
  | {
      readonly kind: "no-symbols";
      readonly name: string;
      readonly objects: readonly string[];
      readonly nearest: readonly string[];
      readonly hint: string;
    }
  /** The process is gone, or its maps may not be read. */
  | { readonly kind: "no-process"; readonly pid: number; readonly hint: string };

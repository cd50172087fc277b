import type { Release } from "../abi/index.ts";
import type { Cpu } from "../base/index.ts";
import type { Access, Action, Observation, Outcome, Range, Resolved } from "./action.ts";
import type { Position } from "./ast.ts";
import type { ArchName, DesignName, PropertyName, UserName } from "./vocabulary.ts";

/**
 * A scenario made ready for one machine: loops unrolled, names and numbers resolved, defaults filled
 * in. Whoever runs a scenario reads this and never the syntax tree.
 */
export interface Program {
  readonly machine: Machine;
  readonly withoutFixes: readonly string[]; // entries of the ledger of fixes, such as "Z11"
  readonly variables: readonly Variable[];
  readonly functions: readonly Func[];
  /** The tasks there are at the start: unrelated processes of one thread. */
  readonly tasks: readonly InitialTask[];
  /** In file order. A check keeps this order per actor, and between phases; nothing else. */
  readonly steps: readonly Step[];
  readonly expect: readonly Check[]; // at the end of every run
  readonly reach: readonly Check[]; // at the end of at least one interleaving
  readonly never: readonly PropertyName[];
}

export interface Machine {
  readonly arch: ArchName;
  readonly design: DesignName | undefined; // powerpc only; undefined: the newest
  readonly slots: number; // for data; on x86 for both kinds together
  readonly instSlots: number; // equal to `slots` on x86, where the pool is shared
  readonly cpus: number;
  readonly paranoid: number;
  /** Major and minor number of the kernel that a model is to be; undefined: the newest it knows. */
  readonly release?: Release | undefined;
}

/** Memory that all actors share, at one address in each; zero at first, alone in its cache lines. */
export interface Variable {
  readonly name: string;
  readonly size: number; // bytes
  readonly align: number; // a power of two; default 128, more for more bytes, at most 4096
  readonly kernel: boolean; // in the kernel's half of the address space
}

export interface Func {
  readonly name: string;
  readonly kernel: boolean;
  readonly body: readonly Access<Resolved>[];
}

export interface InitialTask {
  readonly name: string;
  readonly cpu: Cpu | undefined; // pinned to it; undefined: free
  readonly user: UserName; // default root
}

export interface Step {
  readonly actor: string;
  readonly action: Action<Resolved>;
  readonly times: number; // the action is done so many times in a row; default 1
  readonly expected: readonly Outcome<Resolved>[]; // never empty; each time one of them
  readonly phase: number; // from 0; a barrier starts the next one
  readonly at: Position;
  readonly text: string; // as written, in the printer's form, with loop variables replaced
}

/** `values` is empty for an observation that says it all (`task C alive`); else one must contain it. */
export interface Check {
  readonly observation: Observation<Resolved>;
  readonly values: readonly Range<Resolved>[];
  readonly at: Position;
  readonly text: string;
}

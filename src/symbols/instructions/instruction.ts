import type { Va } from "../../base/index.ts";

/** One place in memory that an instruction touches. Its address is base + index × scale + displacement. */
export interface MemoryOperand {
  readonly base?: string;
  readonly index?: string;
  readonly scale: number;
  readonly displacement: bigint;
  /** Only where it moves the address: `fs` or `gs`. */
  readonly segment?: string;
  /** In bytes; of a string instruction one element; 0 where the processor's state decides. */
  readonly size: number;
  readonly access: "read" | "write" | "rmw";
}

/** What an instruction stores, where its text alone tells: a register that it leaves as it is, or a number. */
export type StoredValue =
  | { readonly kind: "register"; readonly register: string; readonly size: number }
  | { readonly kind: "number"; readonly value: bigint; readonly size: number };

/** Where the program goes after an instruction. */
export type Flow = "next" | "call" | "return" | "jump" | "other";

/** One decoded instruction of a process, in plain data. */
export interface Instruction {
  readonly address: Va;
  readonly length: number;
  /** In Intel's notation: `mov dword ptr [rip+0x2ef2], eax`. */
  readonly text: string;
  readonly flow: Flow;
  readonly memory: readonly MemoryOperand[];
  readonly stores: StoredValue | undefined;
  /** A string instruction, such as `movsb`, and whether a prefix repeats it. */
  readonly string: "once" | "repeated" | undefined;
}

export function readsMemory({ memory }: Instruction): boolean {
  return memory.some(({ access }) => access !== "write");
}

export function writesMemory({ memory }: Instruction): boolean {
  return memory.some(({ access }) => access !== "read");
}

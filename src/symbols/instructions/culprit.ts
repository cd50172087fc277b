import { type Doubt, instructionAt, instructionBefore } from "./before.ts";
import type { Code } from "./code.ts";
import { type Instruction, readsMemory, writesMemory } from "./instruction.ts";

/** The instruction that made an access. */
export interface Culprit {
  /** Undefined where only its effect is known: it led to where the program trapped. */
  readonly instruction: Instruction | undefined;
  /** Undefined when it is certain. */
  readonly doubt: Doubt | undefined;
  /** It stands at the trap: executed, or a string instruction that has not come to its end. */
  readonly atTrap: boolean;
}

/** Where a program was when a debug register fired, and for what. */
export interface Trap {
  readonly address: bigint;
  /** Data breakpoints on x86 trap behind the access, those of execution before it. */
  readonly after: boolean;
  /** The register fires for writes only; else for reads, too. */
  readonly writesOnly: boolean;
  /** Whether the top of the stack lies in the watched range, if the stack pointer was sampled. */
  readonly onStackTop?: boolean | undefined;
}

/**
 * Finds the instruction behind a trap. The program stands behind the instruction that made the
 * access, with three exceptions: a repeated string instruction traps at itself until its last
 * iteration; a call that pushed its return address traps where it leads to; and a return or jump that
 * read its target from the watched range does, too.
 */
export function findCulprit(code: Code, trap: Trap): Culprit {
  const here = instructionAt(code, trap.address);
  if (!trap.after) return { ...here, atTrap: true };
  const before = instructionBefore(code, trap.address);
  const touches = (it: Instruction | undefined): boolean =>
    it !== undefined && (writesMemory(it) || (!trap.writesOnly && readsMemory(it)));

  const fellHere = before.instruction?.flow === "next" && touches(before.instruction);
  const repeats = here.instruction?.string === "repeated" && touches(here.instruction);
  const entered = code.isEntry(trap.address);
  if (entered && (trap.onStackTop ?? !repeats)) return LED_HERE;
  if (fellHere && repeats) return { ...before, doubt: "two", atTrap: false };
  if (fellHere) return { ...before, atTrap: false };
  if (repeats) return { ...here, atTrap: true };
  if (before.doubt === "unreadable" || before.doubt === "misaligned") {
    return { instruction: undefined, doubt: before.doubt, atTrap: false };
  }
  return LED_HERE;
}

const LED_HERE: Culprit = { instruction: undefined, doubt: "led-here", atTrap: false };

import { architectureOf } from "../arch/index.ts";
import { assert } from "../base/index.ts";
import { AddressSpace } from "../kernel/index.ts";
import type { Program } from "../scenario/index.ts";

const spaces = new WeakMap<Program, AddressSpace>();

/** Where a program's variables and functions lie: at the same places on the model and on Linux. */
export function spaceOf(program: Program): AddressSpace {
  const known = spaces.get(program);
  if (known !== undefined) return known;
  const arch = architectureOf(program.machine.arch);
  assert(arch !== undefined, "a program is for an architecture that there is");
  const space = new AddressSpace(arch, program);
  spaces.set(program, space);
  return space;
}

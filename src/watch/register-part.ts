import type { RawHit } from "./raw-hit.ts";

/** By perf's numbers for x86-64. */
const WHOLE = ["ax", "bx", "cx", "dx", "si", "di", "bp", "sp"];
const R8 = 16;

export interface RegisterPart {
  readonly value: bigint;
  readonly bits: number;
}

/** A register by the name that an instruction calls it, as it was at the trap: `rax`, `r9d`, `ah`. */
export function registerPart(hit: RawHit, name: string): RegisterPart | undefined {
  const found = placeOf(name);
  if (found === undefined) return undefined;
  const whole = hit.registerBits(found.number);
  if (whole === undefined) return undefined;
  return { value: BigInt.asUintN(found.bits, whole >> BigInt(found.shift)), bits: found.bits };
}

function placeOf(name: string) {
  const [, numbered, part = ""] = /^r(\d+)([dwb]?)$/.exec(name) ?? [];
  if (numbered !== undefined) {
    const bits = { d: 32, w: 16, b: 8 }[part] ?? 64;
    return { number: R8 + Number(numbered) - 8, bits, shift: 0 };
  }
  const [, high] = /^([abcd])h$/.exec(name) ?? [];
  if (high !== undefined) return { number: WHOLE.indexOf(`${high}x`), bits: 8, shift: 8 };
  const [, letter] = /^([abcd])l$/.exec(name) ?? [];
  if (letter !== undefined) return { number: WHOLE.indexOf(`${letter}x`), bits: 8, shift: 0 };
  const [, prefix = "", root = "", low] = /^([re]?)([a-d]x|[sd]i|[bs]p)(l?)$/.exec(name) ?? [];
  const number = WHOLE.indexOf(root);
  if (number < 0) return undefined;
  const bits = low === "l" ? 8 : ({ r: 64, e: 32 }[prefix] ?? 16);
  return { number, bits, shift: 0 };
}

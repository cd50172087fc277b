import type { CfiOp } from "./cfi-row.ts";

/** What an expression may look at. Undefined where the sample does not reach. */
export interface FrameView {
  register(number: number): bigint | undefined;
  /** The 8 bytes at an address of the stack. */
  word(address: bigint): bigint | undefined;
}

type Binary = (a: bigint, b: bigint) => bigint;

/** By DWARF's numbers, those that need nothing but the two values on top of the stack. */
const BINARY: Readonly<Record<number, Binary>> = {
  26: (a, b) => a & b,
  28: (a, b) => a - b,
  30: (a, b) => a * b,
  33: (a, b) => a | b,
  34: (a, b) => a + b,
  36: (a, b) => (b < 64n ? a << b : 0n),
  37: (a, b) => (b < 64n ? BigInt.asUintN(64, a) >> b : 0n),
  39: (a, b) => a ^ b,
  41: (a, b) => BigInt(a === b),
  42: (a, b) => BigInt(signed(a) >= signed(b)),
  43: (a, b) => BigInt(signed(a) > signed(b)),
  44: (a, b) => BigInt(signed(a) <= signed(b)),
  45: (a, b) => BigInt(signed(a) < signed(b)),
  46: (a, b) => BigInt(a !== b),
};

const DW_OP_deref = 0x06;
const DW_OP_const1u = 0x08;
const DW_OP_consts = 0x11;
const DW_OP_dup = 0x12;
const DW_OP_drop = 0x13;
const DW_OP_swap = 0x16;
const DW_OP_plus_uconst = 0x23;
const DW_OP_lit0 = 0x30;
const DW_OP_breg0 = 0x70;
const DW_OP_bregx = 0x92;
const DW_OP_call_frame_cfa = 0x9c;

/**
 * The value of an expression of unwind tables: those of PLTs, of signal trampolines and of functions
 * that align their stacks. Undefined where it needs what the sample has not, or what these never use.
 */
export function evaluate(
  ops: readonly CfiOp[],
  frame: FrameView,
  cfa?: bigint,
): bigint | undefined {
  const stack: bigint[] = cfa === undefined ? [] : [cfa];
  for (const op of ops) {
    const values = step(op, stack, frame, cfa);
    if (values === undefined) return undefined;
    stack.push(...values.map((it) => BigInt.asUintN(64, it)));
  }
  return stack.at(-1);
}

/** Takes what the operation takes off the stack, and gives what it puts there. */
function step(
  { atom, number, number2 }: CfiOp,
  stack: bigint[],
  frame: FrameView,
  cfa: bigint | undefined,
): bigint[] | undefined {
  if (atom >= DW_OP_const1u && atom <= DW_OP_consts) return [number];
  if (atom >= DW_OP_lit0 && atom < DW_OP_breg0 - 32) return [BigInt(atom - DW_OP_lit0)];
  if (atom >= DW_OP_breg0 && atom < DW_OP_breg0 + 32) {
    return sum(frame.register(atom - DW_OP_breg0), number);
  }
  if (atom === DW_OP_bregx) return sum(frame.register(Number(number)), number2);
  if (atom === DW_OP_call_frame_cfa) return cfa === undefined ? undefined : [cfa];
  const top = stack.pop();
  if (top === undefined) return undefined;
  if (atom === DW_OP_plus_uconst) return [top + number];
  if (atom === DW_OP_dup) return [top, top];
  if (atom === DW_OP_drop) return [];
  if (atom === DW_OP_deref) {
    const word = frame.word(top);
    return word === undefined ? undefined : [word];
  }
  const below = stack.pop();
  if (below === undefined) return undefined;
  if (atom === DW_OP_swap) return [top, below];
  const binary = BINARY[atom];
  return binary === undefined ? undefined : [binary(below, top)];
}

function sum(value: bigint | undefined, offset: bigint): bigint[] | undefined {
  return value === undefined ? undefined : [value + offset];
}

function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

import type { DebugObject } from "../dwarf/debug-object.ts";
import { type Handle, type Libdw, OP_WORDS } from "../dwarf/libdw.ts";
import {
  type CfaRule,
  type CfiOp,
  type CfiRow,
  type OtherRegister,
  RA,
  RBP,
  RBX,
  type SavedRegister,
} from "./cfi-row.ts";

const DW_OP_plus_uconst = 0x23;
const DW_OP_regx = 0x90;
const DW_OP_bregx = 0x92;
const DW_OP_call_frame_cfa = 0x9c;
const DW_OP_stack_value = 0x9f;

/** What a function must give back to its caller, and the return address. RSP is the CFA by itself. */
const UNWOUND = [RBX, RBP, 12, 13, 14, 15, RA];
/** libdw puts up to three operations of its own there. */
const OWN_OPS = 3;
const MAX_OPS = 256;

/** What a register became, or that it is as it was. */
type Found = OtherRegister | (SavedRegister & { readonly kind: "saved" }) | undefined;

/** Rows for the code of one file, from its `.eh_frame`, or else its `.debug_frame`. */
export class CfiTable {
  readonly #lib: Libdw;
  /** Both kinds where there are both, with what their addresses are less than the linker's. */
  readonly #tables: readonly { readonly cfi: Handle; readonly bias: bigint }[];

  constructor({ lib, module }: DebugObject) {
    this.#lib = lib;
    const bias = new BigUint64Array(1);
    this.#tables = [lib.dwflModuleEhCfi, lib.dwflModuleDwarfCfi].flatMap((open) => {
      const cfi = module === 0 ? 0 : open(module, bias);
      return cfi === 0 ? [] : [{ cfi, bias: BigInt.asIntN(64, bias[0] ?? 0n) }];
    });
  }

  /** The row for the instruction at `address`, as the linker numbers it. */
  rowAt(address: bigint): CfiRow | undefined {
    for (const { cfi, bias } of this.#tables) {
      const row = this.#rowIn(cfi, address - bias);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  #rowIn(cfi: Handle, address: bigint): CfiRow | undefined {
    const lib = this.#lib;
    const frame = new BigUint64Array(1);
    if (lib.dwarfCfiAddrframe(cfi, address, frame) !== 0) return undefined;
    const handle = Number(frame[0]);
    try {
      return readRow(lib, handle);
    } finally {
      lib.free(handle);
    }
  }
}

function readRow(lib: Libdw, frame: Handle): CfiRow | undefined {
  const signal = new Uint8Array(1);
  const bounds = new BigUint64Array(2);
  lib.dwarfFrameInfo(frame, bounds, bounds, signal);
  const cfa = readCfa(lib, frame);
  if (cfa === undefined) return undefined;
  const found = UNWOUND.map((register) => readRegister(lib, frame, register));
  return {
    signal: signal[0] !== 0,
    cfa,
    saved: found.flatMap((it) =>
      it?.kind === "saved" ? [{ register: it.register, offset: it.offset }] : [],
    ),
    others: found.flatMap((it) => (it === undefined || it.kind === "saved" ? [] : [it])),
  };
}

function readCfa(lib: Libdw, frame: Handle): CfaRule | undefined {
  const pointer = new BigUint64Array(1);
  const count = new BigUint64Array(1);
  if (lib.dwarfFrameCfa(frame, pointer, count) !== 0) return undefined;
  const ops = readOps(lib, Number(pointer[0]), Number(count[0]));
  const [op] = ops;
  if (op === undefined) return undefined;
  if (ops.length > 1 || op.atom !== DW_OP_bregx) return { kind: "expression", ops };
  return {
    kind: "register",
    register: Number(op.number),
    offset: Number(BigInt.asIntN(64, op.number2)),
  };
}

/** Undefined: the register is as it was. */
function readRegister(lib: Libdw, frame: Handle, register: number): Found {
  const own = new BigUint64Array(OWN_OPS * OP_WORDS);
  const pointer = new BigUint64Array(1);
  const count = new BigUint64Array(1);
  if (lib.dwarfFrameRegister(frame, register, own, pointer, count) !== 0) return undefined;
  const where = pointer[0] ?? 0n;
  // Without operations, no pointer means "as it was", and a pointer to `own` "undefined". libdw says
  // the latter of rbx, too, where no rule speaks of it; only of the return address it means something.
  if (count[0] === 0n) {
    return where === 0n || register !== RA ? undefined : { register, kind: "undefined" };
  }
  const ops = readOps(lib, Number(where), Number(count[0]));
  return ruleOf(register, ops);
}

/** libdw says the common cases as short expressions. */
function ruleOf(register: number, ops: readonly CfiOp[]): Found {
  const [first, second] = ops;
  if (first?.atom === DW_OP_regx) return { register, kind: "register", from: Number(first.number) };
  const isValue = ops.at(-1)?.atom === DW_OP_stack_value;
  if (first?.atom !== DW_OP_call_frame_cfa || isValue || ops.length > 2) {
    const rest = first?.atom === DW_OP_call_frame_cfa ? ops.slice(1) : ops;
    const plain = isValue ? rest.slice(0, -1) : rest;
    return { register, kind: "expression", ops: plain, isValue };
  }
  if (second === undefined) return { register, kind: "saved", offset: 0 };
  if (second.atom !== DW_OP_plus_uconst) {
    return { register, kind: "expression", ops: [second], isValue };
  }
  return { register, kind: "saved", offset: Number(BigInt.asIntN(64, second.number)) };
}

/** `Dwarf_Op { uint8_t atom; Dwarf_Word number, number2, offset; }`. */
function readOps(lib: Libdw, pointer: Handle, count: number): readonly CfiOp[] {
  if (pointer === 0 || count > MAX_OPS) return [];
  const words = new BigUint64Array(lib.view(pointer, count * OP_WORDS * 8));
  return Array.from({ length: count }, (_, i) => ({
    atom: Number((words[i * OP_WORDS] ?? 0n) & 0xffn),
    number: words[i * OP_WORDS + 1] ?? 0n,
    number2: words[i * OP_WORDS + 2] ?? 0n,
  }));
}

/**
 * How to get from the registers of a frame to those of its caller, for a range of instructions: one
 * row of the table that `.eh_frame` encodes, in plain data. Registers are numbered as DWARF does.
 */
export interface CfiRow {
  /** A signal handler's trampoline: its caller was interrupted, and has not made a call. */
  readonly signal: boolean;
  /** The canonical frame address: the stack pointer before the call. */
  readonly cfa: CfaRule;
  /** Registers that were saved, by their distance from the CFA; the return address is `RA`. */
  readonly saved: readonly SavedRegister[];
  /** What else became of registers. Those in neither list are as they were. */
  readonly others: readonly OtherRegister[];
}

export type CfaRule =
  | { readonly kind: "register"; readonly register: number; readonly offset: number }
  | { readonly kind: "expression"; readonly ops: readonly CfiOp[] };

export interface SavedRegister {
  readonly register: number;
  readonly offset: number;
}

export type OtherRegister = { readonly register: number } & RegisterRule;

export type RegisterRule =
  /** Of the return address: there is no caller. */
  | { readonly kind: "undefined" }
  | { readonly kind: "register"; readonly from: number }
  /** Gives the value, or the address that it was saved at. The CFA is on the stack at first. */
  | { readonly kind: "expression"; readonly ops: readonly CfiOp[]; readonly isValue: boolean };

/** One operation of a DWARF expression. */
export interface CfiOp {
  readonly atom: number;
  readonly number: bigint;
  readonly number2: bigint;
}

/** DWARF numbers of the registers of x86-64 that unwinding needs. */
export const RBX = 3;
export const RBP = 6;
export const RSP = 7;
export const RA = 16;
export const DWARF_REGISTERS = 17;

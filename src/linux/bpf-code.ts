/** The frame pointer; R1 to R5 carry arguments, R0 the result, R6 to R9 survive calls. */
export const FP = 10;

/** Helpers by their number in <linux/bpf.h>. */
export const BPF_FUNC = {
  mapLookupElem: 1,
  mapUpdateElem: 2,
  mapDeleteElem: 3,
  ktimeGetNs: 5,
  getSmpProcessorId: 8,
  getCurrentPidTgid: 14,
  getCurrentComm: 16,
  perfEventOutput: 25,
  perfProgReadValue: 56,
  sendSignal: 109,
  probeReadUser: 112,
  probeReadKernel: 113,
  getNsCurrentPidTgid: 120,
} as const;

/** One eBPF instruction, encoded. */
export type Insn = Uint8Array;

export const INSN_BYTES = 8;
const BPF_PSEUDO_MAP_FD = 1;

/** `op:8 dst:4 src:4 off:16 imm:32`. */
function insn(op: number, dst: number, src: number, off: number, imm: number): Insn {
  const bytes = new Uint8Array(INSN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, op);
  view.setUint8(1, (src << 4) | dst);
  view.setInt16(2, off, true);
  view.setInt32(4, imm | 0, true);
  return bytes;
}

/** A load of 64 bits takes two instructions; `src` 1 says that the value is a map's descriptor. */
function loadImm64(dst: number, value: bigint, src: number): readonly Insn[] {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return [insn(0x18, dst, src, 0, low), insn(0, 0, 0, 0, high)];
}

/** Arithmetic on 64 bits. Division and remainder are unsigned: x / 0 is 0, x % 0 is x. */
const ALU = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  shl: 0x60,
  shr: 0x70,
  mod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  /** Keeps the sign. */
  sar: 0xc0,
} as const;
export type AluOp = keyof typeof ALU;

/** Comparisons of 64 bits; those with an `s` are signed. */
const JUMP = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
} as const;
export type JumpTest = keyof typeof JUMP;

const BY_REGISTER = 0x08;
const ALU64 = 0x07;
const JMP = 0x05;
const BPF_FETCH = 0x01;
const BPF_XCHG = 0xe1;

/** The instructions that Trapline's programs are made of. */
export const asm = {
  movImm: (dst: number, imm: number) => insn(0xb7, dst, 0, 0, imm),
  movReg: (dst: number, src: number) => insn(0xbf, dst, src, 0, 0),
  addImm: (dst: number, imm: number) => insn(0x07, dst, 0, 0, imm),
  alu: (op: AluOp, dst: number, src: number) => insn(ALU[op] | ALU64 | BY_REGISTER, dst, src, 0, 0),
  aluImm: (op: AluOp, dst: number, imm: number) => insn(ALU[op] | ALU64, dst, 0, 0, imm),
  neg: (dst: number) => insn(0x87, dst, 0, 0, 0),
  /** dst = *(u64 *)(src + off) */
  load64: (dst: number, src: number, off: number) => insn(0x79, dst, src, off, 0),
  /** dst = *(u32 *)(src + off), the upper half 0 */
  load32: (dst: number, src: number, off: number) => insn(0x61, dst, src, off, 0),
  /** *(u32 *)(dst + off) = imm */
  storeImm32: (dst: number, off: number, imm: number) => insn(0x62, dst, 0, off, imm),
  /** *(u64 *)(dst + off) = imm, its sign kept */
  storeImm64: (dst: number, off: number, imm: number) => insn(0x7a, dst, 0, off, imm),
  /** *(u32 *)(dst + off) = src */
  store32: (dst: number, src: number, off: number) => insn(0x63, dst, src, off, 0),
  /** *(u64 *)(dst + off) = src */
  store64: (dst: number, src: number, off: number) => insn(0x7b, dst, src, off, 0),
  /** *(u64 *)(dst + off) += src, atomically */
  atomicAdd64: (dst: number, src: number, off: number) => insn(0xdb, dst, src, off, 0),
  /** src = *(u64 *)(dst + off), to which the old src is added, atomically (Linux 5.12). */
  fetchAdd64: (dst: number, src: number, off: number) => insn(0xdb, dst, src, off, BPF_FETCH),
  /** src = *(u64 *)(dst + off) and the other way round, atomically (Linux 5.12). */
  exchange64: (dst: number, src: number, off: number) => insn(0xdb, dst, src, off, BPF_XCHG),
  call: (helper: number) => insn(0x85, 0, 0, 0, helper),
  exit: () => insn(0x95, 0, 0, 0, 0),
  loadConst: (dst: number, value: bigint) => loadImm64(dst, value, 0),
  loadMap: (dst: number, fd: number) => loadImm64(dst, BigInt(fd), BPF_PSEUDO_MAP_FD),
} as const;

/** A place in a program that is jumped to. */
export interface Label {
  /** Instructions before it, once it has been placed. */
  at: number | undefined;
}

/** A program while it is written: instructions in order, jumps by label. All jumps go forward. */
export class BpfCode {
  private readonly insns: Insn[] = [];
  private readonly jumps: { readonly index: number; readonly label: Label }[] = [];

  label(): Label {
    return { at: undefined };
  }

  /** The label means the next instruction. */
  place(label: Label): void {
    label.at = this.insns.length;
  }

  add(...insns: readonly Insn[]): void {
    this.insns.push(...insns);
  }

  /** Sets a register to 64 bits, in one instruction where they fit. */
  constant(dst: number, value: bigint): void {
    const bits = BigInt.asIntN(64, value);
    if (bits === BigInt.asIntN(32, bits)) this.add(asm.movImm(dst, Number(bits)));
    else this.add(...asm.loadConst(dst, bits));
  }

  jump(label: Label): void {
    this.jumpTo(label, insn(JMP, 0, 0, 0, 0));
  }

  jumpIf(test: JumpTest, dst: number, src: number, label: Label): void {
    this.jumpTo(label, insn(JUMP[test] | JMP | BY_REGISTER, dst, src, 0, 0));
  }

  /** `imm` is taken with its sign to 64 bits. */
  jumpIfImm(test: JumpTest, dst: number, imm: number, label: Label): void {
    this.jumpTo(label, insn(JUMP[test] | JMP, dst, 0, 0, imm));
  }

  /** The instructions with their jumps filled in. */
  assemble(): readonly Insn[] {
    for (const { index, label } of this.jumps) {
      if (label.at === undefined) throw new RangeError(`instruction ${index} jumps nowhere`);
      const view = new DataView(this.insns[index]?.buffer ?? new ArrayBuffer(INSN_BYTES));
      view.setInt16(2, label.at - index - 1, true);
    }
    return this.insns;
  }

  private jumpTo(label: Label, jump: Insn): void {
    this.jumps.push({ index: this.insns.length, label });
    this.insns.push(jump);
  }
}

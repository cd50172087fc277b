import { asm, BPF_FUNC, type BpfCode, FP, type Label } from "../../linux/index.ts";

/**
 * What the last trap of a spot on this CPU was, in words of 64 bits: which of its pieces fired, the
 * task's ids, then the registers.
 */
const PIECES = 0;
const IDS = 8;
const REGISTERS = 16;
/** The general registers and the instruction pointer, as offsets in x86-64's `struct pt_regs`. */
const SAVED = [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 128, 152];

export const TRAP_BYTES = REGISTERS + 8 * SAVED.length;

const TRAP = 7;

/**
 * One store over the border of two registers fires both: the program runs once for each, in a row.
 * Jumps to `told` when this run is for an access that an earlier one was for: the same task with the
 * same registers at the same instruction, and a piece that has not fired for it yet. Executed again
 * with equal registers, an instruction touches the same bytes and fires the same pieces again.
 */
export function addSameTrapCheck(
  code: BpfCode,
  at: {
    readonly piece: number;
    readonly spot: number;
    readonly ctx: number;
    readonly ids: number;
    readonly traps: number;
  },
  told: Label,
): void {
  const [fresh, done] = [code.label(), code.label()];
  const key = at.ids - 8;
  code.add(asm.storeImm32(FP, key, at.spot));
  code.add(...asm.loadMap(1, at.traps), asm.movReg(2, FP), asm.addImm(2, key));
  code.add(asm.call(BPF_FUNC.mapLookupElem));
  code.jumpIfImm("eq", 0, 0, done);
  code.add(asm.movReg(TRAP, 0));
  const bit = 1 << at.piece;
  code.add(asm.load64(1, TRAP, PIECES));
  code.jumpIfImm("set", 1, bit, fresh);
  code.add(asm.load64(2, TRAP, IDS), asm.load64(3, FP, at.ids));
  code.jumpIf("ne", 2, 3, fresh);
  SAVED.forEach((offset, index) => {
    code.add(asm.load64(2, TRAP, REGISTERS + 8 * index), asm.load64(3, at.ctx, offset));
    code.jumpIf("ne", 2, 3, fresh);
  });
  code.add(asm.aluImm("or", 1, bit), asm.store64(TRAP, 1, PIECES));
  code.jump(told);

  code.place(fresh);
  code.add(asm.storeImm64(TRAP, PIECES, bit));
  code.add(asm.load64(1, FP, at.ids), asm.store64(TRAP, 1, IDS));
  SAVED.forEach((offset, index) => {
    code.add(asm.load64(1, at.ctx, offset), asm.store64(TRAP, 1, REGISTERS + 8 * index));
  });
  code.place(done);
}

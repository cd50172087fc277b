import type { Instruction as IcedInstruction } from "iced-x86";
import { iced } from "./iced.ts";
import type { StoredValue } from "./instruction.ts";

/**
 * What the instruction leaves in memory, if that can be told after it: from a register that it does
 * not change, or from a number in its text. Of `xchg`, `add` and the like it cannot.
 */
export function storedValue(instruction: IcedInstruction): StoredValue | undefined {
  const { Mnemonic, OpKind } = iced();
  switch (instruction.mnemonic) {
    case Mnemonic.Mov:
    case Mnemonic.Movnti:
      return instruction.op0Kind === OpKind.Memory ? operand(instruction, 1) : undefined;
    case Mnemonic.Stosb:
    case Mnemonic.Stosw:
    case Mnemonic.Stosd:
    case Mnemonic.Stosq:
      return operand(instruction, 1);
    case Mnemonic.Push:
      return operand(instruction, 0);
    case Mnemonic.Call:
      return {
        kind: "number",
        value: instruction.nextIP,
        size: -instruction.stackPointerIncrement,
      };
    default:
      return undefined;
  }
}

function operand(instruction: IcedInstruction, index: number): StoredValue | undefined {
  const { OpKind, Register, RegisterExt } = iced();
  const kind = instruction.opKind(index);
  const size = storedSize(instruction);
  if (kind === OpKind.Register) {
    const register = instruction.opRegister(index);
    // `push rsp` stores what the register was before; of segment registers no sample tells.
    if (!RegisterExt.isGPR(register) || register === Register.RSP) return undefined;
    return { kind: "register", register: Register[register].toLowerCase(), size };
  }
  if (kind === OpKind.Memory || size === 0) return undefined;
  return { kind: "number", value: BigInt.asUintN(8 * size, instruction.immediate(index)), size };
}

function storedSize(instruction: IcedInstruction): number {
  const pushed = -instruction.stackPointerIncrement;
  return pushed > 0 ? pushed : iced().MemorySizeExt.size(instruction.memorySize);
}

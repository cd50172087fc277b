import type { Instruction as IcedInstruction, UsedMemory } from "iced-x86";
import { asVa } from "../../base/index.ts";
import { iced } from "./iced.ts";
import type { Flow, Instruction, MemoryOperand } from "./instruction.ts";
import { storedValue } from "./stored-value.ts";

/** Bytes of code, and the address that the first of them has in its process. */
export interface CodeBytes {
  readonly bytes: Uint8Array;
  readonly address: bigint;
  readonly bits: 32 | 64;
}

/** The longest that an x86 instruction can be. */
export const MAX_INSTRUCTION = 15;

/**
 * Decodes from the first byte on and gives the address of the instruction that ends with the last
 * byte. Undefined if none does: then the first byte was not the start of an instruction, or there
 * are data in between.
 */
export function startOfLast({ bytes, address, bits }: CodeBytes): bigint | undefined {
  const { Decoder, DecoderOptions, Instruction: Instr } = iced();
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  const instruction = new Instr();
  try {
    decoder.ip = address;
    while (decoder.canDecode) {
      decoder.decodeOut(instruction);
      if (instruction.isInvalid) return undefined;
    }
    return bytes.length === 0 ? undefined : instruction.ip;
  } finally {
    instruction.free();
    decoder.free();
  }
}

/** The instruction that begins with the first byte. */
export function firstInstruction({ bytes, address, bits }: CodeBytes): Instruction | undefined {
  const { Decoder, DecoderOptions } = iced();
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  decoder.ip = address;
  const instruction = decoder.decode();
  try {
    return instruction.isInvalid ? undefined : describe(instruction);
  } finally {
    instruction.free();
    decoder.free();
  }
}

function describe(instruction: IcedInstruction): Instruction {
  const repeated =
    instruction.hasRepPrefix || instruction.hasRepePrefix || instruction.hasRepnePrefix;
  return {
    address: asVa(instruction.ip),
    length: instruction.length,
    text: textOf(instruction),
    flow: flowOf(instruction),
    memory: memoryOf(instruction),
    stores: storedValue(instruction),
    string: instruction.isStringInstruction ? (repeated ? "repeated" : "once") : undefined,
  };
}

function textOf(instruction: IcedInstruction): string {
  const { Formatter, FormatterSyntax, MemorySizeOptions } = iced();
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.spaceAfterOperandSeparator = true;
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.branchLeadingZeros = false;
  formatter.ripRelativeAddresses = true;
  formatter.memorySizeOptions = MemorySizeOptions.Always;
  try {
    return formatter.format(instruction);
  } finally {
    formatter.free();
  }
}

function flowOf(instruction: IcedInstruction): Flow {
  const { FlowControl } = iced();
  switch (instruction.flowControl) {
    case FlowControl.Next:
      return "next";
    case FlowControl.Call:
    case FlowControl.IndirectCall:
      return instruction.isCallFar || instruction.stackPointerIncrement < 0 ? "call" : "other";
    case FlowControl.Return:
      return "return";
    case FlowControl.UnconditionalBranch:
    case FlowControl.IndirectBranch:
    case FlowControl.ConditionalBranch:
      return "jump";
    default:
      return "other";
  }
}

/** The places that are touched; those that are only named, as by `lea` and `prefetch`, are not. */
function memoryOf(instruction: IcedInstruction): MemoryOperand[] {
  const { InstructionInfoFactory, MemorySizeExt } = iced();
  const factory = new InstructionInfoFactory();
  const info = factory.info(instruction);
  // Of a repeated string instruction only the element's size is known.
  const element = MemorySizeExt.size(instruction.memorySize);
  const used: UsedMemory[] = info.usedMemory();
  const operands = used.flatMap((it) => operandOf(it, element));
  for (const it of used) it.free();
  info.free();
  factory.free();
  return operands;
}

function operandOf(used: UsedMemory, element: number): MemoryOperand[] {
  const { MemorySizeExt, Register } = iced();
  const access = accessOf(used.access);
  if (access === undefined) return [];
  const name = (register: number) =>
    register === Register.None ? undefined : Register[register]?.toLowerCase();
  const [base, index, segment] = [name(used.base), name(used.index), name(used.segment)];
  return [
    {
      ...(base === undefined ? {} : { base }),
      ...(index === undefined ? {} : { index }),
      ...(segment === "fs" || segment === "gs" ? { segment } : {}),
      scale: used.scale,
      displacement: BigInt.asIntN(64, used.displacement),
      size: MemorySizeExt.size(used.memorySize) || element,
      access,
    },
  ];
}

/** A conditional access counts as one: cmpxchg writes back what was there where it does not store. */
function accessOf(access: number): MemoryOperand["access"] | undefined {
  const { OpAccess } = iced();
  switch (access) {
    case OpAccess.Read:
    case OpAccess.CondRead:
      return "read";
    case OpAccess.Write:
    case OpAccess.CondWrite:
      return "write";
    case OpAccess.ReadWrite:
    case OpAccess.ReadCondWrite:
      return "rmw";
    default:
      return undefined;
  }
}

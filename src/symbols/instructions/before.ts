import type { Code } from "./code.ts";
import { type CodeBytes, firstInstruction, MAX_INSTRUCTION, startOfLast } from "./decode.ts";
import type { Instruction } from "./instruction.ts";

/** Why an instruction is not certain. */
export type Doubt =
  /** Nothing tells where the function starts, so decoding began at a guess. */
  | "start-unknown"
  /** Decoding from the function's start passed over the address: there are data in between. */
  | "misaligned"
  /** The code in memory is not that of the file, and may have changed again since. */
  | "patched"
  /** Two instructions may have made the access, and this is the likelier. */
  | "two"
  /** The access led here from elsewhere: a call, a return or a jump. */
  | "led-here"
  /** The bytes of the code cannot be had. */
  | "unreadable";

export interface Found {
  readonly instruction: Instruction | undefined;
  readonly doubt: Doubt | undefined;
}

/** Decoding a function of this size takes some ten ms; none that people write is as large. */
const LONGEST_FUNCTION = 1n << 20n;
/** Bytes over which decoding from a wrong start falls into step with the code; fewer where it begins. */
const RUN_UPS = [64, 32, 16];

/** The instruction that ends at `address`. */
export function instructionBefore(code: Code, address: bigint): Found {
  const start = code.startOf(address - 1n);
  if (start === undefined || address - start > LONGEST_FUNCTION) return guessed(code, address);
  const { file, memory } = code.read(start, address);
  const [ofFile, ofMemory] = [file, memory].map((bytes) =>
    bytes === undefined || BigInt(bytes.length) < address - start
      ? undefined
      : lastOf({ bytes, address: start, bits: code.bits }),
  );
  const instruction = ofMemory ?? ofFile;
  if (instruction === undefined) return guessed(code, address, "misaligned");
  const patched = file !== undefined && memory !== undefined && ofFile?.text !== ofMemory?.text;
  return { instruction, doubt: patched ? "patched" : undefined };
}

/** The instruction that starts at `address`, which must be one that the processor stood at. */
export function instructionAt(code: Code, address: bigint): Found {
  const { file, memory } = code.read(address, address + BigInt(MAX_INSTRUCTION));
  const [ofFile, ofMemory] = [file, memory].map((bytes) =>
    bytes === undefined ? undefined : firstInstruction({ bytes, address, bits: code.bits }),
  );
  const instruction = ofMemory ?? ofFile;
  if (instruction === undefined) return { instruction, doubt: "unreadable" };
  const patched = file !== undefined && memory !== undefined && ofFile?.text !== ofMemory?.text;
  return { instruction, doubt: patched ? "patched" : undefined };
}

function lastOf(code: CodeBytes): Instruction | undefined {
  const start = startOfLast(code);
  if (start === undefined) return undefined;
  const bytes = code.bytes.subarray(Number(start - code.address));
  return firstInstruction({ ...code, bytes, address: start });
}

/** Decodes from each byte before the address: most starts fall into step, and agree. */
function guessed(code: Code, address: bigint, doubt: Doubt = "start-unknown"): Found {
  const bytes = bytesBefore(code, address);
  if (bytes === undefined) {
    return { instruction: undefined, doubt: doubt === "start-unknown" ? "unreadable" : doubt };
  }
  const from = address - BigInt(bytes.length);
  const votes = new Map<bigint, number>();
  for (let skip = 0; skip < bytes.length; skip += 1) {
    const piece = { bytes: bytes.subarray(skip), address: from + BigInt(skip), bits: code.bits };
    const start = startOfLast(piece);
    if (start !== undefined) votes.set(start, (votes.get(start) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  if (winner === undefined) return { instruction: undefined, doubt };
  const [start] = winner;
  const last = { bytes: bytes.subarray(Number(start - from)), address: start, bits: code.bits };
  return { instruction: firstInstruction(last), doubt };
}

function bytesBefore(code: Code, address: bigint): Uint8Array | undefined {
  for (const length of RUN_UPS) {
    const { file, memory } = code.read(address - BigInt(length), address);
    const bytes = [memory, file].find((it) => it?.length === length);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

import { closeSync, openSync, readSync } from "node:fs";
import type { Image } from "./image.ts";
import type { Code, CodePiece } from "./instructions/index.ts";

const EM_386 = 3;
const EM_X86_64 = 62;

/** Memory of a process by its addresses; undefined where it cannot be read. */
export type ReadMemory = (from: bigint, to: bigint) => Uint8Array | undefined;

/** Code of an object file as it was loaded; undefined if it is not of an x86 processor. */
export function imageCode({ object, bias }: Image, memory: ReadMemory): Code | undefined {
  const { machine } = object.elf.header;
  if (machine !== EM_386 && machine !== EM_X86_64) return undefined;
  return {
    bits: machine === EM_X86_64 ? 64 : 32,
    startOf: (address) => {
      const start = object.functionStart(address - bias);
      return start === undefined ? undefined : start + bias;
    },
    isEntry: (address) => object.isEntry(address - bias),
    read: (from, to): CodePiece => ({
      file: object.elf.bytesAt(from - bias, Number(to - from)),
      memory: memory(from, to),
    }),
  };
}

/** Code that is in memory only: compiled at run time, or the kernel's. */
export function compiledCode(
  startOf: (address: bigint) => bigint | undefined,
  memory: ReadMemory,
): Code {
  return {
    bits: 64,
    startOf,
    isEntry: (address) => startOf(address) === address,
    read: (from, to): CodePiece => ({ file: undefined, memory: memory(from, to) }),
  };
}

/** /proc/PID/mem, for as long as the process lives and we may look. */
export function memoryOf(proc: string, pid: number): ReadMemory {
  return (from, to) => {
    let fd: number;
    try {
      fd = openSync(`${proc}/${pid}/mem`, "r");
    } catch {
      return undefined;
    }
    try {
      const bytes = Buffer.alloc(Number(to - from));
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
    } catch {
      return undefined;
    } finally {
      closeSync(fd);
    }
  };
}

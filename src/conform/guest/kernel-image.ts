import { closeSync, openSync, readSync } from "node:fs";
import { TargetError } from "../target-error.ts";
import type { GuestMachine } from "./guest-name.ts";

const HEAD_BYTES = 0x210;
const ELF = 0x464c457f;
const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: "x86",
  20: "32-bit powerpc",
  21: "64-bit powerpc",
  22: "s390",
  62: "x86-64",
  183: "arm64",
  243: "riscv",
};
const LITTLE_ENDIAN = 1;

/** Fails in one line if a kernel image is not for the machine. What it cannot tell is let pass. */
export function checkKernelImage(path: string, machine: GuestMachine): void {
  const what = architectureOf(headOf(path));
  const wanted = machine.name === "ppc64le" ? "64-bit powerpc" : "arm64";
  if (what === undefined)
    throw new TargetError(`--kernel ${path}: is no kernel image: give vmlinux, Image or vmlinuz`);
  if (what !== wanted && what !== "compressed")
    throw new TargetError(`--kernel ${path}: is for ${what}, the guest is ${wanted}: give another`);
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = openSync(path, "r");
    readSync(fd, head, 0, HEAD_BYTES, 0);
    closeSync(fd);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : error;
    throw new TargetError(`--kernel ${path}: ${reason}: give the path of a kernel image`);
  }
  return head;
}

function architectureOf(head: Buffer): string | undefined {
  if (head.readUInt32LE(0) === ELF) {
    const isLittle = head.readUInt8(5) === LITTLE_ENDIAN;
    const number = isLittle ? head.readUInt16LE(18) : head.readUInt16BE(18);
    const name = ELF_MACHINES[number] ?? `ELF machine ${number}`;
    return isLittle || number === 62 ? name : `big-endian ${name}`;
  }
  if (head.toString("latin1", 0x38, 0x3c) === "ARM\x64") return "arm64";
  if (head.toString("latin1", 0x202, 0x206) === "HdrS") return "x86-64";
  if (head.toString("latin1", 4, 8) === "zimg") return "compressed"; // EFI's form, of any machine
  return head.readUInt16BE(0) === 0x1f8b ? "compressed" : undefined;
}

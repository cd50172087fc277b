import { readFileSync } from "node:fs";

const KERNEL_BTF = "/sys/kernel/btf/vmlinux";
const BTF_MAGIC = 0xeb9f;
const BTF_KIND_STRUCT = 4;
const KIND_FLAG = 1 << 31;
/** Bytes of a type's head, and of what follows it: once, or for each of its members. */
const HEAD = 12;
const MEMBER = 12;
const ONCE: Readonly<Record<number, number>> = { 1: 4, 3: 12, 14: 4, 17: 4 };
const EACH: Readonly<Record<number, number>> = { 4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12 };

/**
 * Where a member lies in one of the kernel's structures, in bytes, as this kernel was built.
 * Undefined where the kernel does not tell (CONFIG_DEBUG_INFO_BTF), or has no such member.
 */
export function kernelMemberOffset(struct: string, member: string): number | undefined {
  try {
    return memberOffset(readFileSync(KERNEL_BTF), struct, member);
  } catch {
    return undefined; // no such file, or not for us to read
  }
}

/** The same from the bytes of a BTF file. */
export function memberOffset(file: Buffer, struct: string, member: string): number | undefined {
  if (file.length < 24 || file.readUInt16LE(0) !== BTF_MAGIC) return undefined;
  const header = file.readUInt32LE(4);
  const types = section(file, header, 8);
  const strings = section(file, header, 16);
  const structName = strings.indexOf(`\0${struct}\0`) + 1;
  if (structName === 0) return undefined;
  for (let at = 0; at + HEAD <= types.length; ) {
    const info = types.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const count = info & 0xffff;
    if (kind === BTF_KIND_STRUCT && types.readUInt32LE(at) === structName) {
      const members = types.subarray(at + HEAD, at + HEAD + count * MEMBER);
      return offsetAmong(members, strings, { member, flagged: (info & KIND_FLAG) !== 0 });
    }
    at += HEAD + (ONCE[kind] ?? 0) + (EACH[kind] ?? 0) * count;
  }
  return undefined;
}

function section(file: Buffer, header: number, at: number): Buffer {
  const start = header + file.readUInt32LE(at);
  return file.subarray(start, start + file.readUInt32LE(at + 4));
}

function offsetAmong(
  members: Buffer,
  strings: Buffer,
  { member, flagged }: { member: string; flagged: boolean },
): number | undefined {
  for (let at = 0; at < members.length; at += MEMBER) {
    const name = members.readUInt32LE(at);
    const text = strings.toString("latin1", name, strings.indexOf(0, name));
    if (text !== member) continue;
    const offset = members.readUInt32LE(at + 8);
    // With the flag the upper byte is the width of a bit field.
    return (flagged ? offset & 0xff_ffff : offset) / 8;
  }
  return undefined;
}

import { err, ok, type Result } from "../base/index.ts";
import { type Sys, SyscallError } from "./sys.ts";

const BPF_MAP_CREATE = 0;
const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_MAP_DELETE_ELEM = 3;
const BPF_PROG_LOAD = 5;

const BPF_MAP_TYPE_HASH = 1;
const BPF_PROG_TYPE_PERF_EVENT = 7;

/** Helpers by their number in <linux/bpf.h>. */
export const BPF_FUNC = {
  mapLookupElem: 1,
  ktimeGetNs: 5,
  getNsCurrentPidTgid: 120,
} as const;

/** The frame pointer; R1 to R5 carry arguments, R0 the result, R6 to R9 survive calls. */
export const FP = 10;

const INSN_BYTES = 8;
const BPF_PSEUDO_MAP_FD = 1;

/** One eBPF instruction, encoded: `op:8 dst:4 src:4 off:16 imm:32`. */
function insn(op: number, dst: number, src: number, off: number, imm: number): Uint8Array {
  const bytes = new Uint8Array(INSN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, op);
  view.setUint8(1, (src << 4) | dst);
  view.setInt16(2, off, true);
  view.setInt32(4, imm | 0, true);
  return bytes;
}

/** A load of 64 bits takes two instructions; `src` 1 says that the value is a map's descriptor. */
function loadImm64(dst: number, value: bigint, src: number): readonly Uint8Array[] {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return [insn(0x18, dst, src, 0, low), insn(0, 0, 0, 0, high)];
}

/** The instructions that Trapline's programs are made of. Jumps count instructions, as eBPF does. */
export const asm = {
  movImm: (dst: number, imm: number) => insn(0xb7, dst, 0, 0, imm),
  movReg: (dst: number, src: number) => insn(0xbf, dst, src, 0, 0),
  addImm: (dst: number, imm: number) => insn(0x07, dst, 0, 0, imm),
  /** *(u32 *)(dst + off) = imm */
  storeImm32: (dst: number, off: number, imm: number) => insn(0x62, dst, 0, off, imm),
  /** *(u64 *)(dst + off) = src */
  store64: (dst: number, src: number, off: number) => insn(0x7b, dst, src, off, 0),
  /** *(u64 *)(dst + off) += src, atomically */
  atomicAdd64: (dst: number, src: number, off: number) => insn(0xdb, dst, src, off, 0),
  jumpIfZero: (dst: number, over: number) => insn(0x15, dst, 0, over, 0),
  jumpIfNotZero: (dst: number, over: number) => insn(0x55, dst, 0, over, 0),
  call: (helper: number) => insn(0x85, 0, 0, 0, helper),
  exit: () => insn(0x95, 0, 0, 0, 0),
  loadConst: (dst: number, value: bigint) => loadImm64(dst, value, 0),
  loadMap: (dst: number, fd: number) => loadImm64(dst, BigInt(fd), BPF_PSEUDO_MAP_FD),
} as const;

const LOG_BYTES = 16_384;
const LICENSE = "GPL\0";

/** Loads a program for perf events. Refused without CAP_BPF and CAP_PERFMON, or root. */
export function loadPerfProgram(sys: Sys, instructions: readonly Uint8Array[]): Result<number> {
  const code = concat(instructions);
  const license = ascii(LICENSE);
  const log = new Uint8Array(LOG_BYTES);
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  view.setUint32(0, BPF_PROG_TYPE_PERF_EVENT, true);
  view.setUint32(4, code.length / INSN_BYTES, true);
  view.setBigUint64(8, sys.addressOf(code), true);
  view.setBigUint64(16, sys.addressOf(license), true);
  const loaded = sys.bpf(BPF_PROG_LOAD, attr);
  // EACCES and EINVAL are the verifier's: our program is wrong, so say what it says.
  if (!loaded.ok && (loaded.error === "EACCES" || loaded.error === "EINVAL")) {
    view.setUint32(24, 1, true);
    view.setUint32(28, LOG_BYTES, true);
    view.setBigUint64(32, sys.addressOf(log), true);
    sys.bpf(BPF_PROG_LOAD, attr);
    const text = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0))));
    if (text !== "") throw new SyscallError("bpf(BPF_PROG_LOAD)", loaded.error, text);
  }
  return loaded;
}

/** A hash map shared with a program. Keys and values are fixed-size bytes. */
export class BpfHash implements Disposable {
  readonly fd: number;
  private readonly sys: Sys;
  private readonly valueBytes: number;

  private constructor(sys: Sys, fd: number, valueBytes: number) {
    this.sys = sys;
    this.fd = fd;
    this.valueBytes = valueBytes;
  }

  static create(
    sys: Sys,
    size: { keyBytes: number; valueBytes: number; maxEntries: number },
  ): Result<BpfHash> {
    const attr = new Uint8Array(128);
    new Uint32Array(attr.buffer).set([
      BPF_MAP_TYPE_HASH,
      size.keyBytes,
      size.valueBytes,
      size.maxEntries,
    ]);
    const fd = sys.bpf(BPF_MAP_CREATE, attr);
    return fd.ok ? ok(new BpfHash(sys, fd.value, size.valueBytes)) : fd;
  }

  lookup(key: Uint8Array): Uint8Array | undefined {
    const value = new Uint8Array(this.valueBytes);
    return this.element(BPF_MAP_LOOKUP_ELEM, key, value).ok ? value : undefined;
  }

  /** Adds or replaces. Refused with E2BIG when the map is full. */
  update(key: Uint8Array, value: Uint8Array): Result<number> {
    if (value.length !== this.valueBytes) return err("EINVAL");
    return this.element(BPF_MAP_UPDATE_ELEM, key, value);
  }

  delete(key: Uint8Array): void {
    this.element(BPF_MAP_DELETE_ELEM, key, key);
  }

  [Symbol.dispose](): void {
    this.sys.close(this.fd);
  }

  private element(command: number, key: Uint8Array, value: Uint8Array): Result<number> {
    const attr = new Uint8Array(128);
    const view = new DataView(attr.buffer);
    view.setUint32(0, this.fd, true);
    view.setBigUint64(8, this.sys.addressOf(key), true);
    view.setBigUint64(16, this.sys.addressOf(value), true);
    return this.sys.bpf(command, attr);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.length * INSN_BYTES);
  parts.forEach((part, index) => {
    all.set(part, index * INSN_BYTES);
  });
  return all;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

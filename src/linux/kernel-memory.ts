import { asm, BPF_FUNC, FP } from "./bpf-code.ts";
import { loadProgram, testRun } from "./bpf-program.ts";
import type { Sys } from "./sys.ts";

/** What one run of the program gives. */
const WORD = 4;
/** Code is read function by function; no function of the kernel is as large. */
const MOST = 1 << 16;
const SLOT = -8;

/**
 * Reads the kernel's memory through an eBPF program that runs when it is asked to: needs CAP_BPF and
 * CAP_PERFMON, as the kernel's hits do, but no /proc/kcore, which many kernels are built without.
 */
export class KernelMemory implements Disposable {
  private readonly sys: Sys;
  /** -1 where it was refused. */
  private program: number | undefined;

  constructor(sys: Sys) {
    this.sys = sys;
  }

  /** Undefined where it is not permitted, or nothing is there. */
  read(address: bigint, length: number): Uint8Array | undefined {
    if (length > MOST) return undefined;
    this.program ??= load(this.sys);
    if (this.program < 0) return undefined;
    const words = new Uint32Array(Math.ceil(length / WORD));
    for (let index = 0; index < words.length; index += 1) {
      const at = BigInt.asUintN(64, address + BigInt(index * WORD));
      const word = testRun(this.sys, this.program, new BigUint64Array([at]));
      if (!word.ok) return undefined;
      words[index] = word.value;
    }
    // What cannot be read comes out as zeros, and no code is that.
    if (words.every((word) => word === 0)) return undefined;
    return new Uint8Array(words.buffer, 0, length);
  }

  [Symbol.dispose](): void {
    if (this.program !== undefined && this.program >= 0) this.sys.close(this.program);
    this.program = -1;
  }
}

/** Returns the four bytes at the address that is its first argument. */
function load(sys: Sys): number {
  const loaded = loadProgram(sys, "rawTracepoint", [
    asm.load64(3, 1, 0),
    asm.movReg(1, FP),
    asm.addImm(1, SLOT),
    asm.movImm(2, WORD),
    asm.call(BPF_FUNC.probeReadKernel),
    asm.load32(0, FP, SLOT),
    asm.exit(),
  ]);
  return loaded.ok ? loaded.value : -1;
}

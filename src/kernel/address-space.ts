import type { Access, AccessForm, AccessKind } from "../arch/index.ts";
import { type Architecture, type BpAttr, type Installed, resolveAccess } from "../arch/index.ts";
import { assert, asVa, type Errno, type Result, type Va } from "../base/index.ts";
import { FLAG } from "./event-state.ts";
import type { AccessOp, KernelProgram, Place } from "./op.ts";

/** Addresses in the state are words. From here up they are the kernel's. */
export const KERNEL_BASE = 0x4000_0000;
/** Where a process of Linux can have memory, too: above vm.mmap_min_addr, below what others use. */
const FIRST_VARIABLE = 0x1000_0000;
const FIRST_FUNCTION = 0x2000_0000;
const FIRST_KERNEL_VARIABLE = KERNEL_BASE + 0x1000;
const FIRST_KERNEL_FUNCTION = KERNEL_BASE + 0x20_0000;
const FUNCTION_SPACING = 0x100;
const INSTRUCTION = 4;

const KERNEL_START: Readonly<Record<string, bigint>> = {
  x86: 0xffff_8880_0000_0000n,
  arm64: 0xffff_0000_0000_0000n,
};
const KERNEL_START_POWERPC = 0xc000_0000_0000_0000n;

/** One access as it is done: what the hardware compares, and what becomes of the memory. */
export interface Touch {
  readonly access: Access;
  readonly variable: number;
  readonly offset: number;
  /** What is stored: so many bytes of this number. Undefined: nothing is stored. */
  readonly value: number | undefined;
}

/** A breakpoint as the state has it; `flags` are FLAG bits, of which the modes count. */
export interface BpSpec {
  readonly addr: number;
  readonly len: number;
  readonly type: number;
  readonly flags: number;
  readonly perTask: boolean;
}

/** Where variables and functions lie, and what the accesses of a program are made of. */
export class AddressSpace {
  readonly arch: Architecture;
  readonly #program: KernelProgram;
  readonly #addresses = new Map<string, number>();
  readonly #kernelStart: bigint;
  readonly #verdicts = new WeakMap<Installed, WeakMap<Access, boolean>>();
  readonly #parsed = new Map<number, Map<number, Result<Installed, Errno>>>();

  constructor(arch: Architecture, program: KernelProgram) {
    this.arch = arch;
    this.#program = program;
    this.#kernelStart = KERNEL_START[arch.name] ?? KERNEL_START_POWERPC;
    const next = { user: FIRST_VARIABLE, kernel: FIRST_KERNEL_VARIABLE };
    for (const { name, size, align, kernel } of program.variables) {
      const half = kernel ? "kernel" : "user";
      const address = Math.ceil(next[half] / align) * align;
      this.#addresses.set(name, address);
      next[half] = address + size;
    }
    program.functions.forEach(({ name, kernel }, index) => {
      const base = kernel ? FIRST_KERNEL_FUNCTION : FIRST_FUNCTION;
      this.#addresses.set(name, base + index * FUNCTION_SPACING);
    });
  }

  addressOf({ name, offset }: Place): number {
    const address = this.#addresses.get(name);
    assert(address !== undefined, `nothing is called ${name}`);
    return address + offset;
  }

  /** The address as the architecture has it. */
  va(address: number): Va {
    if (address < KERNEL_BASE || address > 0x7fff_ffff) return asVa(BigInt(address));
    return asVa(this.#kernelStart + BigInt(address - KERNEL_BASE));
  }

  /** kernel: hw_breakpoint_arch_parse(), remembered. */
  parse(bp: BpSpec): Result<Installed, Errno> {
    const { addr, len, type, flags, perTask } = bp;
    let known = this.#parsed.get(addr);
    if (known === undefined) {
      known = new Map();
      this.#parsed.set(addr, known);
    }
    // The ranges do not overlap: lengths beyond 16 bits and types beyond 4 are not remembered.
    const key = (len << 11) | (type << 7) | (flags << 1) | (perTask ? 1 : 0);
    const isKept = len >= 0 && len < 1 << 16 && type >= 0 && type < 16 && flags < 64;
    const before = isKept ? known.get(key) : undefined;
    if (before !== undefined) return before;
    const excludeUser = (flags & FLAG.excludeUser) !== 0;
    const excludeKernel = (flags & FLAG.excludeKernel) !== 0;
    const range = { bpAddr: this.va(addr), bpLen: len, bpType: type };
    const attr: BpAttr = { ...range, excludeUser, excludeKernel, perTask };
    const parsed = this.arch.archParse(attr);
    if (isKept) known.set(key, parsed);
    return parsed;
  }

  /**
   * Whether a breakpoint is to count an access. What this architecture refuses to install, and some
   * kernel did all the same, is judged by its bytes alone.
   */
  shouldHit(bp: BpSpec, access: Access): boolean {
    const parsed = this.parse(bp);
    if (!parsed.ok) return this.#touchesBytes(bp, access);
    // Both are the same objects time and again, and comparing addresses is slow.
    let known = this.#verdicts.get(parsed.value);
    if (known === undefined) {
      known = new WeakMap();
      this.#verdicts.set(parsed.value, known);
    }
    let hit = known.get(access);
    if (hit === undefined) {
      hit = this.arch.accessMatches(parsed.value, access) === "hit";
      known.set(access, hit);
    }
    return hit;
  }

  #touchesBytes({ addr, len, type }: BpSpec, access: Access): boolean {
    const first = this.va(addr);
    const last = first + BigInt(len) - 1n;
    const wanted =
      access.kind === "load" ? type & 1 : access.kind === "store" ? type & 2 : type & 3;
    return wanted !== 0 && access.first <= last && first <= access.last;
  }

  /** The accesses that one statement, or one line of a function, is made of. */
  touches(op: AccessOp): readonly Touch[] {
    if (op.kind === "execute") return this.#call(op.func);
    if (op.kind === "copy-from-user" || op.kind === "copy-to-user") return this.#copy(op);
    const kind = op.kind === "load" || op.kind === "larx" || op.kind === "vload" ? "load" : "store";
    const size = op.kind === "dcbz" ? this.arch.zeroLine : op.size;
    const forms: Partial<Record<string, AccessForm>> = {
      larx: "larx",
      stcx: "stcx",
      dcbz: "dcbz",
      vload: "vector",
      vstore: "vector",
    };
    const form = forms[op.kind] ?? "plain";
    const how = { kind: op.kind === "rmw" ? "rmw" : kind, form, size } as const;
    const value = kind === "load" ? undefined : op.kind === "dcbz" ? 0 : op.value;
    return [this.#touch(op.place, how, value)];
  }

  #touch(
    place: Place,
    how: { kind: AccessKind; form: AccessForm; size: number; kernel?: boolean },
    value: number | undefined,
  ): Touch {
    const { kind, form, size, kernel = false } = how;
    const access = resolveAccess(this.arch, {
      address: this.va(this.addressOf(place)),
      size,
      kind,
      form,
      mode: kernel ? "kernel" : "user",
      uaccess: kernel,
    });
    const variable = this.#program.variables.findIndex((it) => it.name === place.name);
    return { access, variable, offset: place.offset, value };
  }

  #call(name: string): readonly Touch[] {
    const func = this.#program.functions.find((it) => it.name === name);
    assert(func !== undefined, `no function is called ${name}`);
    const how = { kind: "fetch", form: "plain", size: INSTRUCTION } as const;
    const fetch = this.#touch({ name, offset: 0 }, how, undefined);
    return [fetch, ...func.body.flatMap((op) => this.touches(op))];
  }

  /** The kernel copies with a string instruction where there is one, else by words. */
  #copy(op: Exclude<AccessOp, { kind: "execute" }>): readonly Touch[] {
    const kind = op.kind === "copy-from-user" ? "load" : "store";
    const form: AccessForm = this.arch.stringStep > 0 ? "string" : "plain";
    const value = kind === "store" ? op.value : undefined;
    let offset = op.place.offset;
    return this.#pieces(op).map((size) => {
      const place = { name: op.place.name, offset };
      offset += size;
      return this.#touch(place, { kind, form, size, kernel: true }, value);
    });
  }

  #pieces(op: Exclude<AccessOp, { kind: "execute" }>): readonly number[] {
    if (this.arch.name.startsWith("powerpc")) {
      // What is copied out of a pipe begins with its page.
      const source = op.kind === "copy-from-user" ? this.addressOf(op.place) : 0;
      return powerpcPieces(op.size, source);
    }
    const piece = this.arch.stringStep || 8;
    return Array.from({ length: Math.ceil(op.size / piece) }, (_, index) =>
      Math.min(piece, op.size - index * piece),
    );
  }
}

/**
 * kernel: __copy_tofrom_user() of powerpc. From 16 bytes on it aligns its source and copies double
 * words, two by two; what is less than 16 goes by words, and by what is left of one.
 */
function powerpcPieces(size: number, source: number): readonly number[] {
  const pieces: number[] = [];
  let left = size;
  const take = (piece: number) => {
    pieces.push(piece);
    left -= piece;
  };
  if (size >= 16) {
    const head = (8 - (source % 8)) % 8;
    for (const piece of [1, 2, 4]) if ((head & piece) !== 0) take(piece);
    while (left >= 16) {
      take(8);
      take(8);
    }
  }
  if (left >= 8) {
    take(4);
    take(4);
  }
  for (const piece of [4, 2, 1]) if (left >= piece) take(piece);
  return pieces;
}

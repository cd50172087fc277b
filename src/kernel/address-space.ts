import {
  type AccessForm,
  type AccessKind,
  type Architecture,
  resolveAccess,
} from "../arch/index.ts";
import { assert, asVa, type Va } from "../base/index.ts";
import { FLAG } from "./event-state.ts";
import type { AccessOp, KernelProgram, Place } from "./op.ts";
import { type NumberedAccess, ParsedBreakpoint } from "./parsed-breakpoint.ts";

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
export interface Touch extends NumberedAccess {
  /** What a trace calls it. */
  readonly label: string;
  readonly variable: number;
  readonly offset: number;
  /** What is stored: so many bytes of this number. Undefined: nothing is stored. */
  readonly value: number | undefined;
}

/** Bits of the modes that a breakpoint is parsed with: FLAG's two, and whether it has a target. */
export const PER_TASK = 1;
export const MODES = FLAG.excludeUser | FLAG.excludeKernel;

/** Places for the breakpoints that were asked for last; a power of two. */
const RECENT = 64;

/** Where variables and functions lie, and what the accesses of a program are made of. */
export class AddressSpace {
  readonly arch: Architecture;
  readonly #program: KernelProgram;
  readonly #addresses = new Map<string, number>();
  readonly #kernelStart: bigint;
  readonly #parsed = new Map<string, ParsedBreakpoint>();
  readonly #recent: (ParsedBreakpoint | undefined)[] = Array.from(
    { length: RECENT },
    () => undefined,
  );
  readonly #touches = new Map<string, Touch>();

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

  /**
   * kernel: hw_breakpoint_arch_parse(), remembered. The four words are as they stand in the state, for
   * every access asks for them; `modes` are those of MODES and PER_TASK.
   */
  parse(addr: number, len: number, type: number, modes: number): ParsedBreakpoint {
    // A variable is 8 bytes or more, so neighbours do not meet in one place.
    const place = ((addr >>> 3) ^ len ^ (type << 3) ^ (modes << 1)) & (RECENT - 1);
    const recent = this.#recent[place];
    if (recent?.isOf(addr, len, type, modes)) return recent;
    const key = [addr, len, type, modes].join();
    const parsed = this.#parsed.get(key) ?? this.#parseAnew(addr, len, type, modes);
    this.#parsed.set(key, parsed);
    this.#recent[place] = parsed;
    return parsed;
  }

  #parseAnew(addr: number, len: number, type: number, modes: number): ParsedBreakpoint {
    const first = this.va(addr);
    const result = this.arch.archParse({
      bpAddr: first,
      bpLen: len,
      bpType: type,
      excludeUser: (modes & FLAG.excludeUser) !== 0,
      excludeKernel: (modes & FLAG.excludeKernel) !== 0,
      perTask: (modes & PER_TASK) !== 0,
    });
    return new ParsedBreakpoint(this.arch, { addr, len, type, modes, first, result });
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
    const equal = [place.name, place.offset, kind, form, size, kernel, value].join();
    const known = this.#touches.get(equal);
    if (known !== undefined) return known;
    const access = resolveAccess(this.arch, {
      address: this.va(this.addressOf(place)),
      size,
      kind,
      form,
      mode: kernel ? "kernel" : "user",
      uaccess: kernel,
    });
    const variable = this.#program.variables.findIndex((it) => it.name === place.name);
    const id = this.#touches.size;
    const label = `${kind} ${size}`;
    const touch = { access, id, label, variable, offset: place.offset, value };
    this.#touches.set(equal, touch);
    return touch;
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

import { basename, join } from "node:path";
import { asVa, type Pid } from "../base/index.ts";
import { AddressSpace } from "./address-space.ts";
import type { Frame, LookUp, MmapNote } from "./frame.ts";
import { imageFrame } from "./image-frame.ts";
import {
  type Code,
  type Culprit,
  canDecode,
  findCulprit,
  instructionBefore,
  maySurprise,
  type Trap,
} from "./instructions/index.ts";
import { Kallsyms } from "./kallsyms.ts";
import { ObjectStore } from "./object-store.ts";
import type { PerfMapFile } from "./perf-map.ts";
import { perfMapOf } from "./perf-map-of.ts";
import { compiledCode, imageCode, memoryOf, type ReadMemory } from "./process-code.ts";
import type { Mapping } from "./process-maps.ts";
import { readMaps } from "./process-maps-file.ts";
import { AddressCache, type CfiRow, type Step, type StepSource } from "./unwind/index.ts";

/** What names are asked of. `Symbolizer` is the one of this computer. */
export interface SymbolSource {
  resolve(pid: Pid, address: bigint, how: LookUp): Frame;
  /** Reads the process's maps now, while it lives. */
  noteProcess(pid: Pid): void;
  noteMmap(pid: Pid, note: MmapNote): void;
  noteExec(pid: Pid): void;
  /** Of processes; that of a thread changes nothing. */
  noteFork(parent: Pid, child: Pid): void;
  /** Hits made until now are about to be named. */
  noteLook(): void;
}

export interface SymbolizerOptions {
  readonly proc?: string;
  readonly kallsyms?: string;
  /** A clock in milliseconds. */
  readonly now?: () => number;
  /** The kernel's own memory, where it can be read. */
  readonly kernelMemory?: ReadMemory;
}

/** Whose code: that of a process, or the kernel's that works for it. */
export interface CodeOwner {
  readonly pid: Pid;
  readonly kernel?: boolean;
}

interface Process {
  readonly space: AddressSpace;
  readonly frames: Map<bigint, Frame>;
  /** By twice the address, plus 1 if the program goes on there: for doubles that is exact. */
  readonly steps: AddressCache<CfiRow | "frame-pointer">;
  readonly jit: readonly PerfMapFile[];
  mapsReadAt: number;
  /** When, and at which look, the maps of compiled code were last read. */
  jitReadAt: number;
  jitLook: number;
}

const REREAD_AFTER_MS = 100;
const MAX_FRAMES = 1 << 16;
const MAX_USER = 2 ** 47;
const MAX_PROCESSES = 1 << 14;
const GENERATIONS = 4;
const KERNEL = "[kernel.kallsyms]";

/**
 * Names for the addresses of many processes. What was seen of a process is kept when it is gone, for
 * its last hits are looked up after its end.
 */
export class Symbolizer implements SymbolSource, Disposable {
  readonly #proc: string;
  readonly #kallsymsPath: string;
  readonly #now: () => number;
  readonly #kernelMemory: ReadMemory;
  readonly #store: ObjectStore;
  readonly #processes = new Map<Pid, Process>();
  #kallsyms: Kallsyms | undefined;
  #look = 0;

  constructor({
    proc = "/proc",
    kallsyms = join(proc, "kallsyms"),
    now = () => performance.now(),
    kernelMemory = () => undefined,
  }: SymbolizerOptions = {}) {
    this.#kernelMemory = kernelMemory;
    this.#proc = proc;
    this.#kallsymsPath = kallsyms;
    this.#now = now;
    this.#store = new ObjectStore(proc);
  }

  resolve(pid: Pid, address: bigint, { mode, after = false }: LookUp): Frame {
    if (mode === "kernel") return this.#kernelFrame(address, after);
    const process = this.#process(pid);
    const key = (address << 1n) | (after ? 1n : 0n);
    const known = process.frames.get(key);
    if (known !== undefined) return known;

    let frame = this.#userFrame(process, address, after);
    if (frame.kind === "unknown" && this.#rereadMaps(pid, process)) {
      frame = this.#userFrame(process, address, after);
    }
    // Compiled code moves, and what is unknown may become known: only files stay as they are.
    if (frame.kind === "elf") remember(process.frames, key, frame);
    return frame;
  }

  /** The instruction that made an access; undefined where no code is known, or not of this processor. */
  culpritAt(where: CodeOwner, trap: Trap): Culprit | undefined {
    const code = this.#codeAt(where, trap.address);
    return code === undefined || !canDecode() ? undefined : findCulprit(code, trap);
  }

  /** False where a glance tells that the access was made by the instruction before the trap. */
  maySurprise(where: CodeOwner, trap: bigint): boolean {
    const code = this.#codeAt(where, trap);
    return code !== undefined && maySurprise(code, trap);
  }

  /** The instruction that ends at an address: before a return address, the call. */
  instructionBefore(pid: Pid, address: bigint): Culprit | undefined {
    const code = this.#codeAt({ pid }, address - 1n);
    if (code === undefined || !canDecode()) return undefined;
    return { ...instructionBefore(code, address), atTrap: false };
  }

  /** How to unwind in a process, until it runs another program. What it says of an address is cached. */
  stepsOf(pid: Pid): StepSource {
    const process = this.#process(pid);
    return { stepAt: (address, exact) => this.#stepAt(pid, process, address, exact) };
  }

  /**
   * Hits made until now are about to be named: code compiled since the last call, perhaps where other
   * code was before, is read before the next name is given, and then no more until the next call.
   * For a caller that never says so, it is read every 100 ms.
   */
  noteLook(): void {
    this.#look += 1;
  }

  /** Why kernel addresses have no names, or undefined if they have. */
  get kernelNamesMissing(): string | undefined {
    this.#kallsyms ??= Kallsyms.read(this.#kallsymsPath);
    return this.#kallsyms.unavailable;
  }

  noteProcess(pid: Pid): void {
    const known = this.#processes.get(pid);
    if (known === undefined) this.#process(pid);
    else this.#readMaps(pid, known);
  }

  noteMmap(pid: Pid, note: MmapNote): void {
    const process = this.#process(pid);
    process.space.add(note);
    process.frames.clear();
    process.steps.clear();
    process.space.openObjects(this.#store);
  }

  noteExec(pid: Pid): void {
    const before = this.#processes.get(pid)?.space.pids ?? [pid];
    this.#keep(pid, this.#newProcess(pid, new AddressSpace(before)));
  }

  noteFork(parent: Pid, child: Pid): void {
    if (parent === child) return;
    const { space, jit } = this.#process(parent);
    // Code that the parent compiled is the child's, too, and is in the parent's map only.
    this.#keep(child, this.#newProcess(child, space.fork(child, GENERATIONS), jit));
  }

  [Symbol.dispose](): void {
    for (const { jit } of this.#processes.values()) for (const it of jit) it[Symbol.dispose]();
    this.#processes.clear();
    this.#store[Symbol.dispose]();
  }

  #process(pid: Pid): Process {
    const known = this.#processes.get(pid);
    if (known !== undefined) return known;
    const process = this.#newProcess(pid);
    this.#keep(pid, process);
    this.#readMaps(pid, process);
    return process;
  }

  #newProcess(
    pid: Pid,
    space = new AddressSpace([pid]),
    inheritedJit: readonly PerfMapFile[] = [],
  ): Process {
    return {
      space,
      frames: new Map(),
      steps: new AddressCache(),
      jit: [perfMapOf(this.#proc, pid), ...inheritedJit].slice(0, GENERATIONS),
      mapsReadAt: Number.NEGATIVE_INFINITY,
      jitReadAt: Number.NEGATIVE_INFINITY,
      jitLook: 0,
    };
  }

  #keep(pid: Pid, process: Process): void {
    this.#drop(pid);
    const oldest = this.#processes.keys().next();
    if (this.#processes.size >= MAX_PROCESSES && !oldest.done) this.#drop(oldest.value);
    this.#processes.set(pid, process);
  }

  /** Children go on using the maps that they inherited. */
  #drop(pid: Pid): void {
    const own = this.#processes.get(pid)?.jit ?? [];
    this.#processes.delete(pid);
    const used = new Set(this.#processes.values().flatMap(({ jit }) => jit));
    for (const it of own) if (!used.has(it)) it[Symbol.dispose]();
  }

  #rereadMaps(pid: Pid, process: Process): boolean {
    if (this.#now() - process.mapsReadAt < REREAD_AFTER_MS) return false;
    return this.#readMaps(pid, process);
  }

  /** False if the process is gone: what was known of it then stays. */
  #readMaps(pid: Pid, process: Process): boolean {
    process.mapsReadAt = this.#now();
    const mappings = readMaps(this.#proc, pid);
    if (mappings === undefined) return false;
    process.space.replace(mappings);
    process.frames.clear();
    process.steps.clear();
    process.space.openObjects(this.#store);
    return true;
  }

  #userFrame(process: Process, address: bigint, after: boolean): Frame {
    const lookup = after ? address - 1n : address;
    const image = process.space.imageAt(lookup, this.#store);
    if (image !== undefined) return imageFrame(image, address, lookup);
    const compiled = this.#jitFrame(process, address, lookup);
    if (compiled !== undefined) return compiled;
    const mapping = process.space.mappingAt(lookup);
    if (mapping === undefined || mapping.path === "") {
      return { kind: "unknown", address: asVa(address) };
    }
    return this.#rawFrame(process.space, mapping, address);
  }

  /** The file is not to be had, or is no object: its name and the offset in it are all there is. */
  #rawFrame(space: AddressSpace, mapping: Mapping, address: bigint): Frame {
    const isFile = mapping.inode !== 0n;
    const isElf = isFile && (space.objectAt(mapping, this.#store) !== undefined || isCode(mapping));
    return {
      kind: isElf ? "elf" : "unknown",
      address: asVa(address),
      object: isFile ? basename(mapping.path) : mapping.path,
      path: mapping.path,
      objectOffset: address - mapping.start + mapping.offset,
    };
  }

  #jitFrame(process: Process, address: bigint, lookup: bigint): Frame | undefined {
    this.#refreshJit(process);
    const found = compiledAt(process, lookup);
    if (found === undefined) return undefined;
    const { name, start, ...place } = found;
    const offset = Number(address - start);
    return { kind: "jit", address: asVa(address), symbol: name, offset, ...place };
  }

  #refreshJit(process: Process): void {
    const now = this.#now();
    const isDue =
      this.#look === 0
        ? now - process.jitReadAt >= REREAD_AFTER_MS
        : process.jitLook !== this.#look;
    if (!isDue) return;
    process.jitReadAt = now;
    process.jitLook = this.#look;
    for (const it of process.jit) it.refresh();
  }

  #codeAt({ pid, kernel }: CodeOwner, address: bigint): Code | undefined {
    if (kernel === true) {
      this.#kallsyms ??= Kallsyms.read(this.#kallsymsPath);
      const names = this.#kallsyms;
      const isThere = this.#kernelMemory(address, address + 1n) !== undefined;
      const start = (at: bigint) => names.lookup(at)?.address;
      return isThere ? compiledCode(start, this.#kernelMemory) : undefined;
    }
    const process = this.#process(pid);
    const memory = memoryOf(this.#proc, pid);
    const image = process.space.imageAt(address, this.#store);
    if (image !== undefined) return imageCode(image, memory);
    this.#refreshJit(process);
    return compiledCode((at) => compiledAt(process, at)?.start, memory);
  }

  #stepAt(pid: Pid, process: Process, address: number, exact: boolean): Step {
    const { steps } = process;
    const key = 2 * address + (exact ? 1 : 0);
    const place = steps.find(key);
    if (place >= 0) return steps.valueAt(place);
    if (!(address > 0) || address > MAX_USER) return undefined;
    const lookup = exact ? address : address - 1;
    let step = this.#findStep(process, lookup);
    if (step === undefined && this.#rereadMaps(pid, process)) {
      step = this.#findStep(process, lookup);
    }
    if (steps.size >= MAX_FRAMES) steps.clear();
    steps.add(key, step);
    return step;
  }

  #findStep({ space }: Process, address: number): Step {
    const at = BigInt(address);
    const mapping = space.mappingAt(at);
    if (mapping === undefined || !isCode(mapping)) return undefined;
    const image = space.imageAt(at, this.#store);
    return image?.object.cfiRowAt(at - image.bias) ?? "frame-pointer";
  }

  #kernelFrame(address: bigint, after: boolean): Frame {
    this.#kallsyms ??= Kallsyms.read(this.#kallsymsPath);
    const found = this.#kallsyms.lookup(after ? address - 1n : address);
    if (found === undefined) return { kind: "kernel", address: asVa(address), object: KERNEL };
    return {
      kind: "kernel",
      address: asVa(address),
      symbol: found.name,
      offset: Number(address - found.address),
      object: found.module === undefined ? KERNEL : `[${found.module}]`,
    };
  }
}

function compiledAt({ jit }: Process, address: bigint) {
  for (const it of jit) {
    const found = it.lookup(address);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isCode(mapping: Mapping): boolean {
  return mapping.perms.includes("x");
}

/** The oldest entry makes room. */
function remember(frames: Map<bigint, Frame>, key: bigint, frame: Frame): void {
  const oldest = frames.keys().next();
  if (frames.size >= MAX_FRAMES && !oldest.done) frames.delete(oldest.value);
  frames.set(key, frame);
}

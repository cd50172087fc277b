import {
  addStrangerCheck,
  addTaskIds,
  asm,
  BPF_FUNC,
  BpfCode,
  FP,
  type Insn,
  type Label,
} from "../../linux/index.ts";
import type { Bound } from "../condition/bind.ts";
import { compileCondition } from "../condition/compile.ts";
import type { ValueType } from "../condition/value-type.ts";
import { asksFor } from "./asks-for.ts";
import { HEAD, type HitFrame } from "./frame.ts";
import { addSameTrapCheck } from "./same-trap.ts";

/** Where a program counts the hits that it does not send, by why. */
export const COUNTERS = [
  "expected",
  "condition",
  "unchanged",
  "rate",
  /** Another register fired for the same access, which has been told of. */
  "folded",
  /** The ring had no room. */
  "lost",
  /** Traps that our own reading of the value made. */
  "ownReads",
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Descriptors of the maps that the programs of one watch share. */
export interface HitMaps {
  /** `u64[COUNTERS]` */
  readonly counters: number;
  /** Last values by process and spot. */
  readonly last: number;
  /** The events that records go out by, one for each CPU. */
  readonly outputs: number;
  /** One `u64 since; u64 sent`, for a limited rate. */
  readonly rate: number;
  /** One `u64`: 1 once a process has been stopped. */
  readonly stopped: number;
  /** For each spot and CPU, what the last trap was. */
  readonly traps: number;
  /** Where other processes come by, too: those known to be watched, and those known not to be. */
  readonly others: { readonly members: number; readonly strangers: number } | undefined;
}

/** What one piece's program is to do. */
export interface HitWish {
  readonly piece: number;
  readonly spot: number;
  readonly address: bigint;
  readonly length: number;
  /** How the value is a number; undefined where it is none. */
  readonly type: ValueType | undefined;
  /** Values are read at all; not for execution. */
  readonly readsValue: boolean;
  /** All processes share this memory, so there is one last value for all. */
  readonly shared: boolean;
  /** Our own reading fires the register, too, and must not be counted. */
  readonly trapsOwnRead: boolean;
  /** Several registers may fire for one access to this spot. */
  readonly straddled: boolean;
  /** Hits that are wanted no more, as code that is known to write here. */
  readonly expected: Bound | undefined;
  readonly condition: Bound | undefined;
  readonly changes: boolean;
  /** At most so many are sent in a second. */
  readonly maxRate: number | undefined;
  /** The first that is sent stops its process. */
  readonly stop: boolean;
}

const KERNEL_HALF = 1n << 63n;
const CURRENT_CPU = 0xffff_ffffn; // BPF_F_CURRENT_CPU
const NS_PER_SECOND = 1_000_000_000;
const SIGSTOP = 19;
/** Offsets in x86-64's `struct pt_regs`, with which `struct bpf_perf_event_data` begins. */
const REGS_IP = 128;
const REGS_CS = 136;
/** Registers that keep their value over calls: the context, a map's value, and one for work. */
const CTX = 6;
const ENTRY = 7;
/** Not 0 in a process that is known to be watched. */
const MEMBER = 9;

/**
 * The program that runs in the trap. It decides whether the hit is wanted and sends a record of it
 * with both values; it always returns 0, so that perf's own sample is not made as well.
 */
export function hitProgram(
  wish: HitWish,
  { maps, frame, words }: { maps: HitMaps; frame: HitFrame; words: number },
): readonly Insn[] {
  return new HitWriter(wish, maps, { frame, words }).write();
}

class HitWriter {
  private readonly code = new BpfCode();
  private readonly wish: HitWish;
  private readonly maps: HitMaps;
  private readonly frame: HitFrame;
  private readonly words: number;
  private readonly end: Label = this.code.label();

  constructor(wish: HitWish, maps: HitMaps, shape: { frame: HitFrame; words: number }) {
    this.wish = wish;
    this.maps = maps;
    this.frame = shape.frame;
    this.words = shape.words;
  }

  write(): readonly Insn[] {
    const { code, wish, maps, frame } = this;
    code.add(asm.movReg(CTX, 1));
    addTaskIds(code, frame.ids);
    if (maps.others !== undefined) this.knowProcess(maps.others);
    if (wish.straddled) {
      const told = code.label();
      addSameTrapCheck(code, { ...wish, ctx: CTX, ids: frame.ids, traps: maps.traps }, told);
      const fresh = code.label();
      code.jump(fresh);
      this.leaveAs(told, "folded");
      code.place(fresh);
    }
    this.values();
    this.inputs();
    this.decide();
    if (wish.maxRate !== undefined) this.limit(wish.maxRate);
    if (wish.stop) this.stop();
    this.send();
    code.place(this.end);
    code.add(asm.movImm(0, 0), asm.exit());
    return code.assemble();
  }

  /**
   * Leaves out strangers. A process of which nothing is known yet may be a child born a moment ago:
   * its hits go out undecided, or those of a stranger would be counted among the ones left out.
   */
  private knowProcess({ members, strangers }: { members: number; strangers: number }): void {
    const { code, frame } = this;
    const known = code.label();
    code.add(...asm.loadMap(1, members), asm.movReg(2, FP), asm.addImm(2, frame.ids + 4));
    code.add(asm.call(BPF_FUNC.mapLookupElem), asm.movImm(MEMBER, 1));
    code.jumpIfImm("ne", 0, 0, known);
    addStrangerCheck(code, strangers, frame.ids + 4);
    code.add(asm.movImm(MEMBER, 0));
    code.place(known);
  }

  /** Both values into the record; what is not known stays 0, and its bit, too. */
  private values(): void {
    const { code, frame, words, wish } = this;
    code.add(asm.storeImm32(FP, frame.head, wish.piece));
    for (let word = 0; word < 2 * words; word += 1) {
      code.add(asm.storeImm64(FP, frame.old + 8 * word, 0));
    }
    if (!wish.readsValue) return;
    const unknown = code.label();
    if (wish.trapsOwnRead) this.readCounter(frame.counter);
    code.add(asm.movReg(1, FP), asm.addImm(1, frame.new), asm.movImm(2, wish.length));
    code.constant(3, wish.address);
    const inKernel = wish.address >= KERNEL_HALF;
    code.add(asm.call(inKernel ? BPF_FUNC.probeReadKernel : BPF_FUNC.probeReadUser));
    code.add(asm.movReg(ENTRY, 0));
    if (wish.trapsOwnRead) this.countOwnRead();
    code.jumpIfImm("ne", ENTRY, 0, unknown);
    this.mark("newKnown");
    this.exchange(unknown);
    code.place(unknown);
  }

  /** Makes the new value the last one, and the last one the old. */
  private exchange(unknown: Label): void {
    const { code, frame, words, wish } = this;
    const [first, sure] = [code.label(), code.label()];
    if (wish.shared) code.add(asm.storeImm32(FP, frame.key, 0));
    else code.add(asm.load32(1, FP, frame.ids + 4), asm.store32(FP, 1, frame.key));
    code.add(asm.storeImm32(FP, frame.key + 4, wish.spot));
    code.add(...asm.loadMap(1, this.maps.last), asm.movReg(2, FP), asm.addImm(2, frame.key));
    code.add(asm.call(BPF_FUNC.mapLookupElem));
    code.jumpIfImm("eq", 0, 0, first);
    code.add(asm.movReg(ENTRY, 0));
    for (let word = 0; word < words; word += 1) {
      code.add(asm.load64(1, FP, frame.new + 8 * word));
      code.add(asm.exchange64(ENTRY, 1, 8 * (word + 1)));
      code.add(asm.store64(FP, 1, frame.old + 8 * word));
    }
    // A value that was read from outside may be that of this very access: for a moment, unsure.
    code.add(asm.load64(1, ENTRY, 0));
    code.jumpIfImm("eq", 1, 0, sure);
    code.add(asm.call(BPF_FUNC.ktimeGetNs), asm.load64(1, ENTRY, 0));
    code.add(asm.storeImm64(ENTRY, 0, 0));
    code.jumpIf("lt", 0, 1, unknown);
    code.place(sure);
    this.mark("oldKnown");
    code.jump(unknown);

    code.place(first);
    code.add(asm.storeImm64(FP, frame.entry, 0));
    for (let word = 0; word < words; word += 1) {
      code.add(asm.load64(1, FP, frame.new + 8 * word));
      code.add(asm.store64(FP, 1, frame.entry + 8 * (word + 1)));
    }
    code.add(...asm.loadMap(1, this.maps.last), asm.movReg(2, FP), asm.addImm(2, frame.key));
    code.add(asm.movReg(3, FP), asm.addImm(3, frame.entry), asm.movImm(4, 0));
    code.add(asm.call(BPF_FUNC.mapUpdateElem));
  }

  /** Puts what the conditions ask for on the stack. */
  private inputs(): void {
    const { code, frame, wish } = this;
    const { slots } = frame;
    const asked = [wish.expected, wish.condition].filter((it) => it !== undefined);
    if (asked.length === 0) return;
    const asks = (kind: Parameters<typeof asksFor>[1]) => asked.some((it) => asksFor(it, kind));
    code.add(asm.load64(1, CTX, REGS_IP), asm.store64(FP, 1, slots.ip));
    // The kernel's code runs with the lowest bits of CS 0, a program's with 3.
    const user = code.label();
    code.add(asm.load64(1, CTX, REGS_CS), asm.aluImm("and", 1, 3), asm.movImm(2, 0));
    code.jumpIfImm("ne", 1, 0, user);
    code.add(asm.movImm(2, 1));
    code.place(user);
    code.add(asm.store64(FP, 2, slots.kernel));
    code.add(asm.load32(1, FP, frame.ids), asm.store64(FP, 1, slots.tid));
    code.add(asm.load32(1, FP, frame.ids + 4), asm.store64(FP, 1, slots.pid));
    if (asks("cpu")) {
      code.add(asm.call(BPF_FUNC.getSmpProcessorId), asm.store64(FP, 0, slots.cpu));
    }
    if (asks("comm")) {
      code.add(asm.movReg(1, FP), asm.addImm(1, frame.comm), asm.movImm(2, 16));
      code.add(asm.call(BPF_FUNC.getCurrentComm));
    }
    if (asks("value")) this.number(frame.new, slots.value);
    if (asks("old")) this.number(frame.old, slots.old);
  }

  /** The first word as a number of its type, left in a slot. */
  private number(from: number, to: number): void {
    const { code } = this;
    code.add(asm.load64(1, FP, from));
    this.asNumber(1);
    code.add(asm.store64(FP, 1, to));
  }

  /** Shifts away what is not of the number, and its sign into place. */
  private asNumber(register: number): void {
    const { code, wish } = this;
    if (wish.type === undefined) return;
    const { bits, bytes, signed } = wish.type;
    const { offset, size } = bits ?? { offset: 0, size: 8 * bytes };
    const [above, below] = [64 - offset - size, 64 - size];
    if (below === 0 || (bits === undefined && !signed)) return;
    code.add(asm.aluImm("shl", register, above));
    code.add(asm.aluImm(signed ? "sar" : "shr", register, below));
  }

  /** Goes on with the hits that are wanted, and with those that it cannot decide about. */
  private decide(): void {
    const { code, wish, frame } = this;
    const { expected, condition, changes } = wish;
    const undecided = code.label();
    if (this.maps.others !== undefined) code.jumpIfImm("eq", MEMBER, 0, undecided);
    if (expected !== undefined) {
      const [yes, no] = [code.label(), code.label()];
      compileCondition(code, expected, { inputs: frame, yes, no });
      this.leaveAs(yes, "expected");
      code.place(no);
    }
    const needsOld = changes || (condition !== undefined && asksFor(condition, "old"));
    const needsNew = needsOld || (condition !== undefined && asksFor(condition, "value"));
    if (needsNew) {
      const bits = (needsNew ? HEAD.newKnown : 0) | (needsOld ? HEAD.oldKnown : 0);
      code.add(asm.load32(1, FP, frame.head), asm.aluImm("and", 1, bits));
      code.jumpIfImm("ne", 1, bits, undecided);
    }
    if (condition !== undefined) {
      const [yes, no] = [code.label(), code.label()];
      compileCondition(code, condition, { inputs: frame, yes, no });
      this.leaveAs(no, "condition");
      code.place(yes);
    }
    if (changes) this.requireChange();
    this.mark("judged");
    code.place(undecided);
  }

  private requireChange(): void {
    const { code, frame, words } = this;
    const [changed, same] = [code.label(), code.label()];
    for (let word = 0; word < words; word += 1) {
      code.add(asm.load64(1, FP, frame.old + 8 * word), asm.load64(2, FP, frame.new + 8 * word));
      this.asNumber(1);
      this.asNumber(2);
      code.jumpIf("ne", 1, 2, changed);
    }
    this.leaveAs(same, "unchanged");
    code.place(changed);
  }

  /** Counts by windows of a second. Two CPUs that begin one at once may send a few more. */
  private limit(maxRate: number): void {
    const { code } = this;
    const [sameWindow, within, over] = [code.label(), code.label(), code.label()];
    if (this.maps.others !== undefined) code.jumpIfImm("eq", MEMBER, 0, within);
    this.lookUp(this.maps.rate, 0);
    code.add(asm.movReg(ENTRY, 0), asm.call(BPF_FUNC.ktimeGetNs));
    code.add(asm.load64(1, ENTRY, 0), asm.movReg(2, 0), asm.alu("sub", 2, 1));
    code.jumpIfImm("lt", 2, NS_PER_SECOND, sameWindow);
    code.add(asm.store64(ENTRY, 0, 0), asm.storeImm64(ENTRY, 8, 0));
    code.place(sameWindow);
    code.add(asm.movImm(1, 1), asm.fetchAdd64(ENTRY, 1, 8));
    code.jumpIfImm("lt", 1, maxRate, within);
    this.leaveAs(over, "rate");
    code.place(within);
  }

  /** The signal is pending when the trap returns: nothing of the program runs before it stops. */
  private stop(): void {
    const { code, frame, maps } = this;
    const goOn = code.label();
    code.add(asm.load32(1, FP, frame.head), asm.aluImm("and", 1, HEAD.judged));
    code.jumpIfImm("eq", 1, 0, goOn);
    this.lookUp(maps.stopped, 0);
    code.add(asm.movImm(1, 1), asm.exchange64(0, 1, 0));
    code.jumpIfImm("ne", 1, 0, goOn);
    code.add(asm.movImm(1, SIGSTOP), asm.call(BPF_FUNC.sendSignal));
    code.jumpIfImm("ne", 0, 0, goOn);
    this.mark("stopped");
    code.place(goOn);
  }

  private send(): void {
    const { code, frame, maps, end } = this;
    code.add(asm.movReg(1, CTX), ...asm.loadMap(2, maps.outputs));
    code.constant(3, CURRENT_CPU);
    code.add(asm.movReg(4, FP), asm.addImm(4, frame.head), asm.movImm(5, frame.payloadBytes));
    code.add(asm.call(BPF_FUNC.perfEventOutput));
    code.jumpIfImm("eq", 0, 0, end);
    this.count("lost");
  }

  private mark(bit: keyof typeof HEAD): void {
    const { code, frame } = this;
    code.add(asm.load32(1, FP, frame.head), asm.aluImm("or", 1, HEAD[bit]));
    code.add(asm.store32(FP, 1, frame.head));
  }

  /** What comes to the label, by a jump or from above, is counted and left out. */
  private leaveAs(label: Label, counter: Counter): void {
    this.code.place(label);
    this.count(counter);
    this.code.jump(this.end);
  }

  private count(counter: Counter): void {
    const { code } = this;
    this.lookUp(this.maps.counters, COUNTERS.indexOf(counter));
    code.add(asm.movImm(1, 1), asm.atomicAdd64(0, 1, 0));
  }

  /** R0: the value at an index that every array of ours has. The verifier wants it looked at. */
  private lookUp(map: number, index: number): void {
    const { code, frame, end } = this;
    code.add(asm.storeImm32(FP, frame.key, index));
    code.add(...asm.loadMap(1, map), asm.movReg(2, FP), asm.addImm(2, frame.key));
    code.add(asm.call(BPF_FUNC.mapLookupElem));
    code.jumpIfImm("eq", 0, 0, end);
  }

  private readCounter(at: number): void {
    const { code } = this;
    code.add(asm.movReg(1, CTX), asm.movReg(2, FP), asm.addImm(2, at), asm.movImm(3, 24));
    code.add(asm.call(BPF_FUNC.perfProgReadValue));
  }

  private countOwnRead(): void {
    const { code, frame } = this;
    const { counter } = frame;
    this.readCounter(counter + 24);
    this.lookUp(this.maps.counters, COUNTERS.indexOf("ownReads"));
    code.add(asm.load64(1, FP, counter + 24), asm.load64(2, FP, counter));
    code.add(asm.alu("sub", 1, 2), asm.atomicAdd64(0, 1, 0));
  }
}

import type { EventSpec, ModifySpec, Resolved } from "../scenario/index.ts";
import type { Arg } from "./wire.ts";

/** Where a flag stands in the word of flags of perf_event_attr. */
const ATTR_BITS: Readonly<Record<string, number>> = {
  disabled: 0,
  inherit: 1,
  pinned: 2,
  exclusive: 3,
  "exclude-user": 4,
  "exclude-kernel": 5,
  "exclude-hv": 6,
  freq: 10,
  "enable-on-exec": 12,
  "inherit-thread": 35,
  "remove-on-exec": 36,
  sigtrap: 37,
};
const PERF_FLAG_FD_CLOEXEC = 8;

/** The places of the arguments of OP_OPEN and OP_MODIFY, as `enum open_arg` has them. */
const AT = {
  event: 0,
  mask: 1,
  type: 2,
  addr: 3,
  len: 4,
  period: 5,
  sigData: 6,
  on: 7,
  off: 8,
  size: 9,
  sample_type: 10,
  read_format: 11,
  branch_sample_type: 12,
  wakeup_events: 13,
  clockid: 14,
  target: 15,
  cpu: 16,
  group: 17,
  flags: 18,
  badPointer: 19,
} as const;

const RAW_AT: Readonly<Record<string, number>> = { ...AT, bp_addr: AT.addr };
const TARGET_SELF = 0x1000;
const TARGET_NONE = 0x1001;
const NO_GROUP = 4096;
const ANY_CPU = -1;

/** What the numbers of a program are on the puppet's side. */
export interface Numbering {
  event(name: string): number;
  actor(name: string): number;
  cpu(cpu: number): number;
  address(place: { readonly name: string; readonly offset: number }): bigint;
}

class Fields {
  readonly args: Arg[] = [];
  #mask = 0;

  set(at: number, value: Arg): void {
    if (value === undefined) return;
    this.args[at] = value;
    this.#mask |= 1 << at;
    this.args[AT.mask] = this.#mask;
  }
}

function bitsOf(flags: readonly string[]): bigint {
  return flags.reduce((bits, flag) => {
    const bit = ATTR_BITS[flag];
    return bit === undefined ? bits : bits | (1n << BigInt(bit));
  }, 0n);
}

export function openArgs(
  event: string,
  spec: EventSpec<Resolved>,
  numbers: Numbering,
): readonly Arg[] {
  const fields = new Fields();
  const { target } = spec;
  const { args } = fields;
  args[AT.event] = numbers.event(event);
  fields.set(AT.type, spec.type);
  fields.set(AT.addr, numbers.address(spec.place));
  fields.set(AT.len, spec.len);
  fields.set(AT.period, spec.freq > 0 ? spec.freq : spec.period);
  fields.set(AT.sigData, spec.sigData);
  args[AT.on] = bitsOf(spec.freq > 0 ? [...spec.flags, "freq"] : spec.flags);
  for (const { field, value } of spec.raw) fields.set(RAW_AT[field] ?? 0, value);
  if (target.kind === "task") args[AT.target] = numbers.actor(target.task);
  else args[AT.target] = target.kind === "self" ? TARGET_SELF : TARGET_NONE;
  args[AT.cpu] = spec.cpu === undefined ? ANY_CPU : numbers.cpu(spec.cpu);
  args[AT.group] = spec.group === undefined ? NO_GROUP : numbers.event(spec.group);
  args[AT.flags] = spec.flags.includes("cloexec") ? PERF_FLAG_FD_CLOEXEC : 0;
  args[AT.badPointer] = spec.flags.includes("bad-pointer") ? 1 : 0;
  return Array.from(args);
}

export function modifyArgs(
  event: string,
  changes: ModifySpec<Resolved>,
  numbers: Numbering,
): readonly Arg[] {
  const fields = new Fields();
  const { args } = fields;
  args[AT.event] = numbers.event(event);
  fields.set(AT.type, changes.type);
  if (changes.place !== undefined) fields.set(AT.addr, numbers.address(changes.place));
  fields.set(AT.len, changes.len);
  fields.set(AT.period, changes.period);
  fields.set(AT.sigData, changes.sigData);
  for (const { field, value } of changes.raw) fields.set(RAW_AT[field] ?? 0, value);
  args[AT.on] = bitsOf(changes.flags);
  args[AT.off] = changes.flags.includes("enabled") ? bitsOf(["disabled"]) : 0;
  args[AT.badPointer] = changes.flags.includes("bad-pointer") ? 1 : 0;
  return Array.from(args);
}

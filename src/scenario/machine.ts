import type { Item } from "./ast.ts";
import type { Machine } from "./program.ts";
import type { Scope } from "./scope.ts";
import type { ArchName } from "./vocabulary.ts";

interface SlotRange {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

const fixed = (count: number): SlotRange => ({ least: count, most: count, usual: count });

/** kernel: hw_breakpoint_slots(). arm64 reads it from ID_AA64DFR0_EL1, whose fields allow 2 to 16. */
const SLOTS: Record<ArchName, { readonly data: SlotRange; readonly inst: SlotRange | "shared" }> = {
  x86: { data: fixed(4), inst: "shared" },
  "powerpc-dabr": { data: fixed(1), inst: fixed(0) },
  "powerpc-dawr": { data: fixed(1), inst: fixed(0) },
  "powerpc-p10": { data: fixed(2), inst: fixed(0) },
  arm64: { data: { least: 2, most: 16, usual: 4 }, inst: { least: 2, most: 16, usual: 6 } },
};

const MAX_CPUS = 16;
const MAX_PARANOID = 4;

export type ArchItem = Item & { readonly kind: "arch" };

/** The machine of one `arch` line, as far as such a machine can be. */
export function machineOf(item: ArchItem, items: readonly Item[], scope: Scope): Machine {
  const { arch, design } = item;
  if (design !== undefined && !arch.startsWith("powerpc")) {
    scope.report(item.at, `${arch} has no designs: they are powerpc's`);
  }
  const { data, inst } = SLOTS[arch];
  const slots = slotCount(item, "slots", data, scope);
  if (inst === "shared" && item.instSlots !== undefined) {
    scope.report(item.at, `${arch} has no inst-slots of its own: all its slots serve both`);
  }
  const instSlots = inst === "shared" ? slots : slotCount(item, "inst-slots", inst, scope);
  const cpus = single(items, "cpus", scope);
  const paranoid = single(items, "paranoid", scope);
  return {
    arch,
    design,
    slots,
    instSlots,
    cpus: cpus === undefined ? 1 : scope.within(cpus.count, [1, MAX_CPUS], "the number of CPUs"),
    paranoid:
      paranoid === undefined ? 2 : scope.within(paranoid.level, [0, MAX_PARANOID], "paranoid"),
  };
}

function slotCount(
  item: ArchItem,
  what: "slots" | "inst-slots",
  { least, most, usual }: SlotRange,
  scope: Scope,
): number {
  const wish = what === "slots" ? item.slots : item.instSlots;
  if (wish === undefined) return usual;
  const count = scope.num(wish);
  if (least <= count && count <= most) return count;
  const has = least === most ? String(most) : `${least} to ${most}`;
  scope.report(wish.at, `${item.arch} never has ${count} ${what}: it has ${has}`);
  return usual;
}

/** The one header of its kind; a second one is an error. */
function single<K extends "cpus" | "paranoid">(items: readonly Item[], kind: K, scope: Scope) {
  const isKind = (item: Item): item is Item & { readonly kind: K } => item.kind === kind;
  const [first, second] = items.filter(isKind);
  if (second !== undefined) scope.report(second.at, `${kind} is given twice`);
  return first;
}

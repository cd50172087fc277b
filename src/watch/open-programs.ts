import type { Privileges, Sys } from "../linux/index.ts";
import { SyscallError } from "../linux/index.ts";
import type { Conditions } from "./conditions.ts";
import type { Gap, Strategy } from "./coverage.ts";
import { isShared } from "./memory.ts";
import type { WatchOptions } from "./options.ts";
import { countsKernel } from "./plan.ts";
import type { HitWish } from "./program/hit-program.ts";
import { HitPrograms } from "./program/hit-programs.ts";
import type { Spot } from "./spot.ts";
import type { Targets } from "./targets.ts";

export interface ProgramFacts {
  readonly options: WatchOptions;
  readonly conditions: Conditions;
  /** Values are wanted, for themselves or by a condition. */
  readonly wantsValues: boolean;
  readonly spots: readonly Spot[];
  readonly targets: Targets;
  readonly privileges: Privileges;
  readonly cpus: readonly number[];
}

/** The programs for a strategy, or none, and what that leaves out. */
export interface LoadedPrograms {
  readonly programs: HitPrograms | undefined;
  readonly gaps: readonly Gap[];
}

/** The most that is read at a hit: more than the registers of any processor cover byte by byte. */
const MOST_BYTES = 32;

/** Loads the programs that decide in the trap and send values; none where eBPF is not permitted. */
export function loadPrograms(sys: Sys, strategy: Strategy, facts: ProgramFacts): LoadedPrograms {
  const { privileges, targets, cpus } = facts;
  if (!privileges.bpf) return refused("eBPF needs CAP_BPF", facts);
  const data = facts.spots.filter(({ mode }) => mode !== "x");
  const unread = data.filter((spot) => whyUnread(spot, strategy, facts) !== undefined);
  const loaded = HitPrograms.load(sys, {
    wishes: wishesFor(strategy, facts),
    cpus: Math.max(...cpus) + 1,
    strangersComeBy: strategy === "cpu" && !targets.all,
  });
  if (!loaded.ok) {
    const { errno, log } = loaded.error;
    // On a kernel that has all we use an objection of the verifier is our fault: say what it says.
    if (log !== "" && !isTooOld(log)) throw new SyscallError("bpf(BPF_PROG_LOAD)", errno, log);
    return refused(`this kernel refuses the eBPF program: ${errno}`, facts);
  }
  const gaps = unread.flatMap((spot): Gap[] => {
    const text = `values of ${spot.name}: ${whyUnread(spot, strategy, facts)}`;
    return facts.wantsValues ? [{ kind: "values", text }] : [];
  });
  return { programs: loaded.value, gaps };
}

function refused(why: string, { wantsValues }: ProgramFacts): LoadedPrograms {
  const text = `values: ${why}`;
  return { programs: undefined, gaps: wantsValues ? [{ kind: "values", text }] : [] };
}

/** Helpers and atomic exchange came with Linux 5.5 to 5.12. */
function isTooOld(log: string): boolean {
  return /unknown opcode|BPF_ATOMIC uses reserved|invalid func|unknown func/.test(log);
}

function wishesFor(strategy: Strategy, facts: ProgramFacts): readonly HitWish[] {
  const { options, conditions, spots, targets, privileges } = facts;
  const wishes: HitWish[] = [];
  for (const spot of spots) {
    const readsValue = facts.wantsValues && whyUnread(spot, strategy, facts) === undefined;
    for (const _ of spot.pieces) {
      wishes.push({
        piece: wishes.length,
        spot: spot.index,
        address: spot.address,
        length: Math.min(spot.length, MOST_BYTES),
        type: conditions.types[spot.index],
        readsValue,
        shared: targets.pids.some((pid) => isShared(pid, spot.address)),
        trapsOwnRead: readsValue && trapsReads(spot) && countsKernel(options, privileges),
        straddled: spot.pieces.length > 1,
        expected: conditions.expected[spot.index],
        condition: conditions.condition[spot.index],
        changes: options.changes === true && spot.mode !== "x",
        maxRate: options.maxRate,
        stop: options.stop === true && (options.ignore ?? 0) === 0,
      });
    }
  }
  return wishes;
}

/** Why the value of a spot is not read at its hits; undefined where it is. */
function whyUnread(
  spot: Spot,
  strategy: Strategy,
  { spots, options, privileges }: ProgramFacts,
): string | undefined {
  if (spot.mode === "x") return "an execute watch has none";
  if (spot.length > MOST_BYTES) return `${spot.length} bytes are more than ${MOST_BYTES}`;
  if (!trapsReads(spot) || !countsKernel(options, privileges)) return undefined;
  // Our own reading fires such a register. It is left out of the count by asking the event itself
  // before and behind; other events that fire with it cannot be asked, nor can inherited ones.
  const touching = spots.filter((it) => trapsReads(it) && overlaps(it, spot));
  const remedy = "leave out the kernel's accesses with --no-kernel, or watch stores alone";
  if (touching.length > 1 || spot.pieces.length > 1) {
    return `reading them would fire several registers that watch for reads: ${remedy}`;
  }
  if (strategy === "task") return `reading them would fire registers of each thread: ${remedy}`;
  return undefined;
}

/** On x86 a watch for reads is one for both, so not only the mode tells. */
function trapsReads({ mode }: Spot): boolean {
  return mode === "r" || mode === "rw";
}

function overlaps(a: Spot, b: Spot): boolean {
  return a.address < b.address + BigInt(b.length) && b.address < a.address + BigInt(a.length);
}

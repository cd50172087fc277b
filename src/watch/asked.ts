import type { Sys } from "../linux/index.ts";
import type { Arming } from "./arming.ts";
import { Budget } from "./budget.ts";
import { movedFunctions } from "./conditions.ts";
import type { Coverage, Gap } from "./coverage.ts";
import type { ProcessLife } from "./family.ts";
import { LastValues, type ValueRebuilder } from "./last-values.ts";
import { presetValues, type Snapshot, takeSnapshot } from "./memory.ts";
import { HEAD } from "./program/frame.ts";
import type { RawHit } from "./raw-hit.ts";
import { trapCost } from "./self-test.ts";
import { type LeftOut, Sieve, type SieveParts } from "./sieve.ts";

/** What was asked beyond telling of every hit. */
export interface Asked {
  /** Some condition decides about hits. */
  readonly decides: boolean;
  readonly stop: boolean;
  readonly maxOverhead: number | undefined;
  readonly sieve: Omit<SieveParts, "commOf"> | undefined;
}

const SIGSTOP = 19;

export interface AskingParts {
  readonly sys: Sys;
  readonly arming: Arming;
  /** The watched processes. */
  readonly living: () => readonly number[];
  readonly commOf: (hit: RawHit) => string;
  /** Finds values out where no program sends them; undefined where nobody can, or asked. */
  readonly rebuilder: ValueRebuilder | undefined;
  /** Told when it watches again after a pause. */
  readonly paused: (from: bigint, to: bigint) => void;
}

/** Does for a session what was asked beyond telling of every hit, and reports on it. */
export class Asking implements ProcessLife {
  private readonly asked: Asked;
  private readonly parts: AskingParts;
  private readonly arming: Arming;
  private readonly last = new LastValues();
  private readonly sieve: Sieve | undefined;
  private readonly budget: Budget | undefined;
  private stopped: Coverage["stopped"];

  constructor(asked: Asked, parts: AskingParts) {
    this.asked = asked;
    this.parts = parts;
    this.arming = parts.arming;
    const { sieve, maxOverhead } = asked;
    const inKernel = parts.arming.plan.programs !== undefined;
    this.sieve =
      sieve === undefined
        ? undefined
        : new Sieve({
            ...sieve,
            maxRate: inKernel ? undefined : sieve.maxRate,
            commOf: parts.commOf,
          });
    this.budget = maxOverhead === undefined ? undefined : this.budgetOf(maxOverhead);
  }

  /** The registers are armed: what is in memory is what the first hits find there. */
  begin(before: Snapshot): void {
    const { programs, spots } = this.arming.plan;
    const pids = this.parts.living();
    if (this.rebuilds) this.last.begin(before);
    if (programs === undefined) return;
    for (const pid of pids) programs.addMember(pid);
    if (programs.readsValues) presetValues(programs, { pids, spots, before });
  }

  born(child: number, parent: number): void {
    this.arming.plan.programs?.addMember(child);
    this.last.fork(parent, child);
  }

  ended(pid: number): void {
    this.arming.plan.programs?.removeMember(pid);
    this.last.forget(pid);
  }

  execed(pid: number, comm: string): readonly Gap[] {
    this.last.forget(pid);
    const { sieve } = this.asked;
    const moved = sieve === undefined ? [] : movedFunctions(sieve.conditions, pid);
    if (moved.length === 0) return [];
    const text = `process ${pid} executed ${comm}: for it, too, ${moved.join(", ")} means where that was in the program before`;
    return [{ kind: "exec", text }];
  }

  /** Some time has gone by. */
  check(nowNs: bigint): void {
    this.budget?.check(nowNs);
  }

  /** True when the hit is wanted. */
  keeps(hit: RawHit): boolean {
    if (this.rebuilds && hit.valueFrom === undefined) {
      hit.rebuiltNew = this.parts.rebuilder?.rebuild(hit);
      hit.rebuiltOld = this.last.exchange(hit.pid, hit.spot, hit.rebuiltNew);
    }
    return this.sieve === undefined || this.sieve.keeps(hit);
  }

  /** Stops the process that made a hit which is kept, if that was asked. True when it is stopped. */
  stops(hit: RawHit): boolean {
    if (!this.asked.stop) return false;
    const inKernel = (hit.head & HEAD.stopped) !== 0;
    const done = inKernel || this.parts.sys.kill(hit.pid, SIGSTOP).ok;
    if (!done) return false;
    const lateNs = inKernel ? 0n : process.hrtime.bigint() - hit.time;
    this.stopped = { pid: hit.pid, by: inKernel ? "kernel" : "user", lateNs };
    return true;
  }

  /** What came of it, for the coverage. */
  report(
    sinceNs: bigint,
    nowNs: bigint,
  ): Pick<Coverage, "decidedIn" | "leftOut" | "values" | "disarmedNs" | "stopped"> & {
    readonly gaps: readonly Gap[];
  } {
    const { programs } = this.arming.plan;
    const inKernel = programs !== undefined;
    this.budget?.end(nowNs);
    return {
      decidedIn: this.asked.decides ? (inKernel ? "kernel" : "user") : undefined,
      leftOut: this.leftOut(),
      values: programs?.readsValues === true ? "kernel" : this.rebuilds ? "rebuilt" : undefined,
      disarmedNs: this.budget?.disarmedNs(nowNs) ?? 0n,
      stopped: this.stopped,
      gaps: [...this.undecided(), ...this.disarmed(sinceNs, nowNs)],
    };
  }

  /** Values are found out here, for the programs that could read them were refused. */
  private get rebuilds(): boolean {
    return this.parts.rebuilder !== undefined && this.arming.plan.programs === undefined;
  }

  private leftOut(): LeftOut | undefined {
    const here = this.sieve?.leftOut();
    if (here === undefined) return undefined;
    const there = this.arming.plan.programs?.counts();
    return {
      ...here,
      expected: here.expected + (there?.expected ?? 0n),
      condition: here.condition + (there?.condition ?? 0n),
      unchanged: here.unchanged + (there?.unchanged ?? 0n),
      rate: here.rate + (there?.rate ?? 0n),
    };
  }

  private undecided(): readonly Gap[] {
    const undecided = this.sieve?.undecided ?? 0;
    if (undecided === 0) return [];
    const text = `${undecided} hits are in the result although it is not known whether the condition holds for them: their values are not known`;
    return [{ kind: "undecided-condition", text }];
  }

  private disarmed(sinceNs: bigint, nowNs: bigint): readonly Gap[] {
    const { budget } = this;
    if (budget === undefined || budget.pauses === 0) return [];
    const disarmedNs = budget.disarmedNs(nowNs);
    const seconds = Number(disarmedNs) / 1e9;
    const newborn =
      this.arming.strategy === "task"
        ? "; threads born while it was armed again may be missing"
        : "";
    const share = (100 * Number(disarmedNs)) / Number(nowNs - sinceNs);
    const text = `${share.toFixed(1)} % of the time (${seconds.toFixed(3)} s) in ${budget.pauses} pauses, to keep within the overhead asked for${newborn}`;
    return [{ kind: "disarmed", text }];
  }

  private budgetOf(share: number): Budget {
    const { arming } = this;
    const parts = {
      share,
      trapNs: trapCost(this.parts.sys),
      traps: () => arming.pieces.reduce((sum, { event }) => sum + event.counts().count, 0n),
      pause: () => arming.disable(),
      resume: () => {
        arming.plan.programs?.forgetValues();
        this.last.clear();
        const before = takeSnapshot(this.parts.living(), arming.plan.spots);
        arming.resume();
        this.begin(before);
      },
      paused: this.parts.paused,
    };
    return new Budget(parts, process.hrtime.bigint());
  }
}

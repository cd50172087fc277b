import type { Sys } from "../linux/index.ts";
import type { Arming } from "./arming.ts";
import { Budget } from "./budget.ts";
import type { Coverage, Gap } from "./coverage.ts";
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

/** Does for a session what was asked beyond telling of every hit, and reports on it. */
export class Asking {
  private readonly asked: Asked;
  private readonly sys: Sys;
  private readonly arming: Arming;
  private readonly living: () => readonly number[];
  private readonly sieve: Sieve | undefined;
  private readonly budget: Budget | undefined;
  private stopped: Coverage["stopped"];

  constructor(
    asked: Asked,
    parts: {
      readonly sys: Sys;
      readonly arming: Arming;
      /** The watched processes. */
      readonly living: () => readonly number[];
      readonly commOf: (hit: RawHit) => string;
    },
  ) {
    this.asked = asked;
    this.sys = parts.sys;
    this.arming = parts.arming;
    this.living = parts.living;
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
    if (programs === undefined) return;
    for (const pid of this.living()) programs.addMember(pid);
    if (programs.readsValues) presetValues(programs, { pids: this.living(), spots, before });
  }

  /** A child was born that is watched, too. */
  born(pid: number): void {
    this.arming.plan.programs?.addMember(pid);
  }

  /** Some time has gone by. */
  check(nowNs: bigint): void {
    this.budget?.check(nowNs);
  }

  /** True when the hit is wanted. */
  keeps(hit: RawHit): boolean {
    return this.sieve === undefined || this.sieve.keeps(hit);
  }

  /** Stops the process that made a hit which is kept, if that was asked. True when it is stopped. */
  stops(hit: RawHit): boolean {
    if (!this.asked.stop) return false;
    const inKernel = (hit.head & HEAD.stopped) !== 0;
    const done = inKernel || this.sys.kill(hit.pid, SIGSTOP).ok;
    if (!done) return false;
    const lateNs = inKernel ? 0n : process.hrtime.bigint() - hit.time;
    this.stopped = { pid: hit.pid, by: inKernel ? "kernel" : "user", lateNs };
    return true;
  }

  /** What came of it, for the coverage. */
  report(nowNs: bigint): Pick<
    Coverage,
    "decidedIn" | "leftOut" | "values" | "disarmedNs" | "stopped"
  > & {
    readonly gaps: readonly Gap[];
  } {
    const { programs } = this.arming.plan;
    const inKernel = programs !== undefined;
    return {
      decidedIn: this.asked.decides ? (inKernel ? "kernel" : "user") : undefined,
      leftOut: this.leftOut(),
      values: programs?.readsValues === true ? "kernel" : undefined,
      disarmedNs: this.budget?.disarmedNs(nowNs) ?? 0n,
      stopped: this.stopped,
      gaps: [...this.undecided(), ...this.disarmed(nowNs)],
    };
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

  private disarmed(nowNs: bigint): readonly Gap[] {
    const { budget } = this;
    if (budget === undefined || budget.pauses === 0) return [];
    const seconds = Number(budget.disarmedNs(nowNs)) / 1e9;
    const newborn =
      this.arming.strategy === "task"
        ? "; threads born while it was armed again may be missing"
        : "";
    const text = `for ${seconds.toFixed(3)} s in ${budget.pauses} pauses, to keep within the overhead asked for${newborn}`;
    return [{ kind: "disarmed", text }];
  }

  private budgetOf(share: number): Budget {
    const { arming } = this;
    const parts = {
      share,
      trapNs: trapCost(this.sys),
      traps: () => arming.pieces.reduce((sum, { event }) => sum + event.counts().count, 0n),
      pause: () => arming.disable(),
      resume: () => {
        arming.plan.programs?.forgetValues();
        const before = takeSnapshot(this.living(), arming.plan.spots);
        arming.resume();
        this.begin(before);
      },
    };
    return new Budget(parts, process.hrtime.bigint());
  }
}

import type { ArmPlan } from "./arming.ts";
import { RawHit, type SavedHit } from "./raw-hit.ts";
import { PERF_REG } from "./sampled-user.ts";
import type { Site, Sites } from "./sites.ts";
import type { Spot } from "./spot.ts";
import { asNumber } from "./stacks.ts";

/** A string instruction that has trapped, and will trap again before it is done with the range. */
interface Running {
  /** The instruction's address. */
  readonly at: bigint;
  /** Its last trap, with the number of all. */
  readonly saved: SavedHit;
  /** The value before the first, where values are known. */
  readonly old: bigint | undefined;
}

/** More than any processor has registers. */
const MAX_SPOTS = 64;

/**
 * Makes one access of the traps of a repeated string instruction, which traps once for each element
 * that it moves through the range. The access is told when its last trap comes, so that the hits stay
 * in the order of time and nothing need be kept of the earlier ones.
 *
 * Where registers are sampled they tell exactly whether the next element lies in the range, too.
 * Where not, an execution ends with its last iteration, or once it must have touched the whole range:
 * of two that both begin inside the range, or leave it early, one access is made.
 */
export class Fold {
  private readonly sites: Sites;
  private readonly spots: readonly Spot[];
  private readonly tell: (hit: RawHit) => void;
  private readonly spare: RawHit;
  private readonly running = new Map<number, Running>();

  constructor(how: {
    readonly sites: Sites;
    readonly spots: readonly Spot[];
    readonly plan: ArmPlan;
    readonly tell: (hit: RawHit) => void;
  }) {
    this.spare = new RawHit(how.plan.layout);
    this.sites = how.sites;
    this.spots = how.spots;
    this.tell = how.tell;
  }

  take(hit: RawHit): void {
    const site = this.sites.of(hit);
    const key = hit.tid * MAX_SPOTS + hit.spot;
    const running = this.running.size === 0 ? undefined : this.running.get(key);
    if (site.element === 0 && running === undefined) {
      this.tell(hit);
      return;
    }
    const at = site.culprit?.instruction?.address;
    const goesOn = running !== undefined && running.at === at && site.element > 0;
    if (running !== undefined && !goesOn) this.tellOf(key, running);
    if (site.element === 0 || at === undefined) {
      this.tell(hit);
      return;
    }
    const traps = goesOn ? running.saved.repeat + 1 : 1;
    if (this.isLast(hit, site, traps)) {
      this.running.delete(key);
      hit.repeat = traps;
      if (goesOn) hit.firstOld = running.old;
      this.tell(hit);
    } else this.note(key, hit, { at, traps, old: goesOn ? running.old : hit.oldValue });
  }

  /** The thread ended, or runs another program: what it was at was its last. */
  forget(tid: number): void {
    if (this.running.size === 0) return;
    for (const [key, running] of this.running) {
      if (running.saved.tid === tid) this.tellOf(key, running);
    }
  }

  /** Tells of all that has begun: the watch ends. */
  flush(): void {
    for (const [key, running] of this.running) this.tellOf(key, running);
  }

  private isLast(hit: RawHit, site: Site, traps: number): boolean {
    const spot = this.spots[hit.spot];
    if (site.complete || spot === undefined) return true;
    const left = hit.register(PERF_REG.cx);
    if (Number.isNaN(left)) return traps >= Math.ceil(spot.length / site.element);
    const start = asNumber(spot.address);
    const touches = (at: number) => at + site.element > start && at < start + spot.length;
    // The counters stand at the next element by now. It is touched next, whatever comes between.
    const next = (site.culprit?.instruction?.memory ?? [])
      .filter(({ access }) => access !== "read" || spot.mode !== "w")
      .map(({ base }) => hit.register(base?.endsWith("si") ? PERF_REG.si : PERF_REG.di));
    return left === 0 || !next.some(touches);
  }

  private note(
    key: number,
    hit: RawHit,
    { at, traps, old }: { at: bigint; traps: number; old: bigint | undefined },
  ): void {
    this.running.set(key, { at, old, saved: { ...hit.save(), repeat: traps, ring: undefined } });
  }

  /** Tells of an access that was not seen to its end. */
  private tellOf(key: number, { saved, old }: Running): void {
    this.running.delete(key);
    this.spare.restore(saved);
    this.spare.firstOld = old;
    this.tell(this.spare);
  }
}

import { type Errno, err, ok, type Result } from "../../base/index.ts";
import type { Pinned, SlotsConfig } from "./bp-slots.ts";
import { TYPE_DATA } from "./bp-slots.ts";

/**
 * The accounting before the histograms: one list of all breakpoints, walked for every CPU at every
 * reservation. The same formula, so it is what the histograms are tested against, and what their
 * speed is compared with. It keeps its list outside the state.
 */
export class LinearSlots {
  readonly #config: SlotsConfig;
  readonly #breakpoints: Pinned[] = [];

  constructor(config: SlotsConfig) {
    this.#config = config;
  }

  reserve(bp: Pinned): Result<undefined, Errno> {
    const slots = bp.type === TYPE_DATA ? this.#config.data : this.#config.inst;
    if (this.maxBpPinnedSlots(bp) + 1 > slots) return err("ENOSPC");
    this.#breakpoints.push(bp);
    return ok(undefined);
  }

  release(bp: Pinned): void {
    const at = this.#breakpoints.findIndex(
      (it) => it.target === bp.target && it.cpu === bp.cpu && it.type === bp.type,
    );
    this.#breakpoints.splice(at, 1);
  }

  maxBpPinnedSlots(bp: Pinned): number {
    let most = 0;
    for (let cpu = 0; cpu < this.#config.cpus; cpu++) {
      if (bp.cpu < 0 || bp.cpu === cpu) most = Math.max(most, this.#inUseOn(cpu, bp));
    }
    return most;
  }

  #inUseOn(cpu: number, bp: Pinned): number {
    let pinned = 0;
    const ofTask = new Map<number, number>();
    for (const it of this.#breakpoints) {
      if (it.type !== bp.type || (it.cpu >= 0 && it.cpu !== cpu)) continue;
      if (it.target === 0) pinned++;
      else ofTask.set(it.target, (ofTask.get(it.target) ?? 0) + 1);
    }
    if (bp.target !== 0) return pinned + (ofTask.get(bp.target) ?? 0);
    return pinned + Math.max(0, ...ofTask.values());
  }
}

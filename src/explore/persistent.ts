import { conflicts, type Footprint } from "./memory.ts";

/** What each agent would do next, and what it may do ever after, seen from one state. */
export interface Outlook {
  readonly agents: number;
  /** The next step of each agent, over all its choices; also of one that is blocked. */
  readonly steps: readonly Footprint[];
  readonly futures: readonly Footprint[];
  /** Agents as bits: who can do its next step, and whose next step writes what invariants read. */
  readonly enabled: number;
  readonly visible: number;
}

/**
 * The agents whose next steps must be explored from a state, as bits; the others may wait. Whatever
 * those who wait do meanwhile conflicts with none of the steps in the set, so it can be done later.
 * The smallest set over all seeds that has somebody awake: where all sleep, nothing would be explored,
 * and on a circle of such states an agent outside the set could wait for ever.
 */
export function persistentSet(outlook: Outlook, asleep: number): number {
  let best = outlook.enabled;
  let bestCost = bitCount(best & ~asleep);
  for (let seed = 0; seed < outlook.agents && bestCost > 1; seed++) {
    if ((outlook.enabled & (1 << seed)) === 0) continue;
    const set = closure(outlook, seed) & outlook.enabled;
    // A step that can be seen from outside must not overtake, nor be overtaken unseen.
    if (set !== outlook.enabled && (set & outlook.visible) !== 0) continue;
    const cost = bitCount(set & ~asleep);
    if (cost > 0 && cost < bestCost) {
      best = set;
      bestCost = cost;
    }
  }
  return best;
}

/** Adds whoever may ever touch what a member touches next, be it to let a blocked member go on. */
function closure({ agents, steps, futures }: Outlook, seed: number): number {
  let set = 1 << seed;
  const work = [seed];
  for (let member = work.pop(); member !== undefined; member = work.pop()) {
    const step = steps[member];
    for (let other = 0; other < agents; other++) {
      const future = futures[other];
      if ((set & (1 << other)) !== 0 || step === undefined || future === undefined) continue;
      if (!conflicts(step, future)) continue;
      set |= 1 << other;
      work.push(other);
    }
  }
  return set;
}

export function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

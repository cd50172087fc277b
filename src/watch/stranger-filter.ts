import { type Filtered, ForeignFilter, type Strangers, type Sys } from "../linux/index.ts";
import type { Arming } from "./arming.ts";

/**
 * Keeps the hits of strangers in the kernel, from the first one on that a stranger makes: a watch
 * that nobody else disturbs is spared the eBPF program, half a microsecond a hit. Where eBPF is
 * refused, all hits go on coming, and are left out by us.
 */
export class StrangerFilter implements Disposable {
  private readonly sys: Sys;
  private readonly arming: Arming;
  /** The list that is in force: the one of a filter, or that of programs that decide about hits. */
  private filter: Strangers | undefined;
  private own: ForeignFilter | undefined;
  private refused = false;

  constructor(sys: Sys, arming: Arming) {
    this.sys = sys;
    this.arming = arming;
    this.filter = arming.plan.programs?.strangers;
  }

  /** This process has shown to be a stranger. */
  add(pid: number): void {
    if (this.filter === undefined && !this.refused) this.load();
    this.filter?.add(pid);
  }

  /** Its number is another process's now. Tells what was kept back under it. */
  remove(pid: number): Filtered | undefined {
    return this.filter?.remove(pid);
  }

  /** All hits that stayed in the kernel. */
  total(): bigint {
    return this.filter?.total() ?? 0n;
  }

  [Symbol.dispose](): void {
    this.own?.[Symbol.dispose]();
  }

  private load(): void {
    const loaded = ForeignFilter.load(this.sys);
    this.refused = !loaded.ok;
    if (!loaded.ok) return;
    this.own = loaded.value;
    this.filter = loaded.value;
    this.arming.setBpf(loaded.value.program);
  }
}

import type { Kernel } from "./kernel.ts";

/** kernel: perf_event_disable_inatomic(): where no mutex can be taken, a flag and an interrupt. */
export function perfEventDisableInatomic(k: Kernel, event: number): void {
  k.event.pendingDisable.set(event, 1);
  queueWork(k, event, "disable");
}

/** kernel: irq_work_queue(). Work that is queued somewhere is not queued a second time. */
export function queueWork(k: Kernel, event: number, what: "wake" | "disable"): void {
  const work = what === "wake" ? k.percpu.irqWork : k.percpu.disableWork;
  for (let cpu = 0; cpu < k.cpus; cpu++) {
    if (work.has(cpu, event)) return;
    if (what === "disable" && k.percpu.remoteDisableWork.has(cpu, event)) return;
  }
  work.add(k.machine.here, event);
}

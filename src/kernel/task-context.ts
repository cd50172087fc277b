import type { Kernel } from "./kernel.ts";

/** kernel: alloc_perf_context(). It holds a reference on its task. */
export function allocTaskContext(k: Kernel, task: number): number {
  const ctx = k.ctx.record.alloc(k.cpus + task);
  k.ctx.refs.set(ctx, 1);
  k.ctx.task.set(ctx, task);
  k.thread.refs.add(task, 1);
  return ctx;
}

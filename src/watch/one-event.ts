/** More pieces than any processor has registers. */
const MAX_PIECES = 64;

/**
 * Keeps the samples of one event for each thread, CPU and piece, where a thread may be covered by
 * two: by one of its own and by one it inherited while ours was being opened.
 *
 * Both see the same accesses on their CPU from the moment both are enabled, and neither ends before
 * the thread does. The first to tell of an access was enabled no later than the other: it sees all.
 */
export class OneEventPerThread {
  private readonly events = new Map<number, Map<number, number>>();

  /** True when samples of `event` (an id) count for this thread, CPU and piece. */
  counts({ tid, cpu }: { tid: number; cpu: number }, pieceIndex: number, event: number): boolean {
    const known = this.events.get(tid);
    const lanes = known ?? new Map<number, number>();
    if (known === undefined) this.events.set(tid, lanes);
    const lane = cpu * MAX_PIECES + pieceIndex;
    const first = lanes.get(lane);
    if (first === undefined) lanes.set(lane, event);
    return first === undefined || first === event;
  }

  /** The thread ended; another may get its number. */
  forget(tid: number): void {
    this.events.delete(tid);
  }
}

import type { RecordedWriter } from "./recorded-writers.ts";

/** A writer in two recordings: undefined where it made no hit. */
export interface WriterPair {
  readonly before: RecordedWriter | undefined;
  readonly after: RecordedWriter | undefined;
}

/**
 * The writers of two recordings side by side, those first whose counts differ most. A writer is known
 * by its task's name, its function and what it accessed: the program may have been built anew in
 * between, and then no address and no line is what it was.
 */
export function pairWriters(
  before: readonly RecordedWriter[],
  after: readonly RecordedWriter[],
  spotName: (side: "before" | "after", spot: number) => string,
): readonly WriterPair[] {
  const first = byKey(before, (spot) => spotName("before", spot));
  const second = byKey(after, (spot) => spotName("after", spot));
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  return keys
    .map((key) => ({ before: first.get(key), after: second.get(key) }))
    .sort((a, b) => weight(b) - weight(a));
}

function weight({ before, after }: WriterPair): number {
  return Math.abs((after?.count ?? 0) - (before?.count ?? 0));
}

/** Several instructions of a function are one writer here. */
function byKey(
  writers: readonly RecordedWriter[],
  spotName: (spot: number) => string,
): ReadonlyMap<string, RecordedWriter> {
  const known = new Map<string, RecordedWriter>();
  for (const writer of writers) {
    const { frame } = writer;
    const code = frame.function ?? frame.symbol ?? `${frame.object}+${frame.objectOffset}`;
    const key = [writer.comm, spotName(writer.spot), writer.mode, code, writer.syscall].join("|");
    const other = known.get(key);
    known.set(key, other === undefined ? writer : together(other, writer));
  }
  return known;
}

/** The busier one's names, and the hits of both. */
function together(a: RecordedWriter, b: RecordedWriter): RecordedWriter {
  const isFirst = a.firstNs <= b.firstNs;
  const isLast = a.lastNs > b.lastNs;
  return {
    ...a,
    count: a.count + b.count,
    traps: a.traps + b.traps,
    threads: Math.max(a.threads, b.threads),
    processes: Math.max(a.processes, b.processes),
    firstNs: isFirst ? a.firstNs : b.firstNs,
    lastNs: isLast ? a.lastNs : b.lastNs,
    lastValue: isLast ? a.lastValue : b.lastValue,
  };
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { asVa } from "../../base/index.ts";
import {
  RecordedWriters,
  RecordingInMemory,
  RecordingReader,
  RecordingWriter,
} from "../../recording/index.ts";
import { type Filter, NO_FILTER } from "./filter.ts";
import { LiveModel } from "./live-model.ts";
import type { Selection } from "./selection.ts";
import { tally } from "./tally.ts";

const THREADS = ["main", "worker", "worker", "io"];
const SITES = ["deposit", "withdraw", "audit"];

/** A hit, drawn: who, where, what value, so many ns after the one before. */
const hit = fc.record({
  thread: fc.nat(THREADS.length - 1),
  site: fc.nat(SITES.length - 1),
  value: fc.nat(9),
  cpu: fc.nat(2),
  after: fc.nat(50),
});
type Drawn = typeof hit extends fc.Arbitrary<infer T> ? T : never;

function bytesOf(drawn: readonly Drawn[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const spot = { name: "it", address: 0n, length: 4, mode: "w", registers: 1 } as const;
  const writer = new RecordingWriter(
    {
      ...{ source: "watch", trapline: "0" },
      watch: {
        ...{ spots: [spot], since: 0n, sinceWall: "", strategy: "cpu", cpus: [0] },
        ...{ processes: 1, threads: 4, kernelMode: true, selfTest: "fired", stacks: false },
        form: "table",
      },
    },
    (bytes) => parts.push(bytes.slice()),
  );
  let timeLow = 0;
  for (const { thread, site, value, cpu, after } of drawn) {
    timeLow += after;
    writer.hit(
      {
        ...{ timeHigh: 0, timeLow, cpu, repeat: 1, valueFrom: "kernel" },
        ...{ newValue: BigInt(value), oldValue: undefined },
      },
      {
        ...{ spot: 0, stack: 0 },
        thread: writer.thread({ pid: 1, tid: 10 + thread, comm: THREADS[thread] ?? "" }),
        site: writer.site({
          ...{ spot: 0, kernel: false, ip: 0n },
          frame: { kind: "elf", address: asVa(BigInt(site)), symbol: SITES[site] ?? "" },
        }),
      },
    );
    writer.flush();
  }
  return parts;
}

function modelOf(parts: readonly Uint8Array[]): LiveModel {
  const recording = new RecordingInMemory();
  for (const part of parts) recording.push(part);
  return new LiveModel(recording);
}

function hitsOf({ hits }: { readonly hits: Selection["hits"] }): readonly number[] {
  return [...hits.items.subarray(0, hits.length)];
}

const filter: fc.Arbitrary<Filter> = fc.record({
  thread: fc.constantFrom("", "work", "12", "nobody"),
  code: fc.constantFrom("", "dep", "audit"),
  value: fc.constantFrom("", "3", ">= 5", "2..4", "!= 0", "what"),
  writer: fc.constantFrom(undefined, 0, 1),
});

test("what passes a filter is what a look at each hit gives, in lanes and in values alike", () => {
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 80 }), filter, (drawn, wished) => {
      const model = modelOf(bytesOf(drawn));
      const tests: Readonly<Record<string, (value: number) => boolean>> = {
        3: (it) => it === 3,
        ">= 5": (it) => it >= 5,
        "2..4": (it) => it >= 2 && it <= 4,
        "!= 0": (it) => it !== 0,
      };
      const naive = drawn.flatMap(({ thread, site, value }, at) =>
        `${THREADS[thread]} ${10 + thread}`.includes(wished.thread) &&
        (SITES[site] ?? "").includes(wished.code) &&
        (tests[wished.value]?.(value) ?? true) &&
        (wished.writer === undefined || model.writers.ofHit.items[at] === wished.writer)
          ? [at]
          : [],
      );
      for (const grouping of ["thread", "cpu"] as const) {
        const selection = model.select(wished, grouping);
        expect(hitsOf(selection)).toEqual(naive);
        expect(selection.lanes.flatMap(hitsOf).sort((a, b) => a - b)).toEqual(naive);
        expect(hitsOf(selection.series(0))).toEqual(naive);
      }
    }),
  );
});

test("laid out while hits come in is laid out at once", () => {
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 60 }), filter, (drawn, wished) => {
      const parts = bytesOf(drawn);
      const recording = new RecordingInMemory();
      recording.push(parts[0] ?? new Uint8Array());
      recording.push(parts[1] ?? new Uint8Array());
      const model = new LiveModel(recording);
      const { writer: _, ...named } = wished; // who is which number is told by the order of coming
      const growing = model.select({ ...named, writer: undefined }, "thread");
      for (const part of parts.slice(2)) {
        recording.push(part);
        model.update();
        growing.update();
      }
      const whole = model.select({ ...named, writer: undefined }, "thread");
      expect(hitsOf(growing)).toEqual(hitsOf(whole));
      expect(growing.lanes.map(hitsOf)).toEqual(whole.lanes.map(hitsOf));
      expect(tally(model, growing, undefined)).toEqual(tally(model, whole, undefined));
    }),
  );
});

test("the table of all writers is the one that a report prints, and that of a time its part", () => {
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 80 }), fc.nat(2_000), fc.nat(2_000), (drawn, a, b) => {
      const parts = bytesOf(drawn);
      const model = modelOf(parts);
      const selection = model.select(NO_FILTER, "thread");
      const rows = tally(model, selection, undefined);
      expect(rows.map(({ writer, count }) => [writer.comm, writer.code, count])).toEqual(
        reported(parts).map(({ comm, frame, count }) => [comm, frame.symbol, count]),
      );
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const marked = tally(model, selection, { from, to });
      const { times } = model.recording.hits;
      const inside = drawn.filter((_, at) => (times[at] ?? 0) >= from && (times[at] ?? 0) < to);
      expect(marked.reduce((sum, { count }) => sum + count, 0)).toBe(inside.length);
    }),
  );
});

function reported(parts: readonly Uint8Array[]) {
  let writers: RecordedWriters | undefined;
  const reader = new RecordingReader((tables) => {
    const counted = new RecordedWriters(tables, { stacks: false });
    writers = counted;
    return { hit: (it) => counted.add(it) };
  });
  for (const part of parts) reader.push(part);
  return writers?.list() ?? [];
}

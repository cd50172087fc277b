import fc from "fast-check";
import { expect, test } from "vitest";
import { frameOf, preamble } from "./frame.ts";
import type { HitToRecord } from "./hit-run.ts";
import type { Damage } from "./reader.ts";
import { RecordingInMemory, readRecording } from "./recording.ts";
import { RecordingError } from "./recording-error.ts";
import { hitAt, joinedBytes, sampleRecording, sampleWatch } from "./sample-recording.ts";
import { RecordingWriter } from "./writer.ts";

const HEADER = { source: "watch", trapline: "0.1.0", watch: sampleWatch } as const;

test("what was written is read", () => {
  const recording = readRecording(sampleRecording());
  expect(recording.damage).toEqual([]);
  expect(recording.header).toEqual(HEADER);
  expect(recording.summary?.hits).toBe(12);
  expect(recording.hits.length).toBe(12);
  expect(recording.threads.map(({ comm }) => comm)).toEqual(["prog", "worker one", "prog"]);
  expect(recording.sites.map(({ frame }) => frame.symbol)).toEqual(["up", "up", "_copy_to_iter"]);
  expect(recording.stacks.map(({ frames, cut }) => [frames.length, cut])).toEqual([
    [2, undefined],
    [1, "depth"],
  ]);
  expect(recording.lives.map(({ what }) => what)).toEqual(["fork", "exit"]);
  expect(recording.losses).toHaveLength(1);
  expect(recording.windows).toHaveLength(1);
  expect(recording.switches).toHaveLength(1);
  expect(recording.pointers).toEqual([{ pid: 100, address: 0x404300n, name: "table+16" }]);
});

interface Hit {
  readonly hit: HitToRecord;
  readonly thread: number;
  readonly site: number;
  readonly stack: number;
}

const anyValue = fc.option(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), { nil: undefined });
const smallValue = fc.option(fc.bigInt({ min: 0n, max: 9n }), { nil: undefined });

const anyHit: fc.Arbitrary<Hit> = fc
  .record({
    time: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    cpu: fc.integer({ min: -1, max: 1000 }),
    repeat: fc.integer({ min: 1, max: 5000 }),
    values: fc.oneof(fc.tuple(anyValue, anyValue), fc.tuple(smallValue, smallValue)),
    rebuilt: fc.boolean(),
    thread: fc.nat(3),
    site: fc.nat(3),
    stack: fc.nat(3),
  })
  .map(({ time, cpu, repeat, values: [newValue, old], rebuilt, ...numbers }) => {
    const oldValue = newValue === undefined ? undefined : old;
    const valueFrom = rebuilt ? "rebuilt" : "kernel";
    return { hit: hitAt(time, { newValue, oldValue, valueFrom }, { cpu, repeat }), ...numbers };
  });

/** Writes hits whose sites are of spot 0 and 1 in turn. */
function recordingOf(hits: readonly Hit[], flushEvery: number): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter(HEADER, (bytes) => parts.push(bytes.slice()));
  const [known] = readRecording(sampleRecording()).sites;
  if (known === undefined) throw new Error("the sample has sites");
  for (const [index, { hit, thread, site, stack }] of hits.entries()) {
    if (index % flushEvery === 0) writer.flush();
    const number = writer.site({ ...known, spot: site % 2, ip: BigInt(site) });
    const who = writer.thread({ pid: thread, tid: thread, comm: `t${thread}` });
    const chain = Array.from({ length: stack }, () => known.frame);
    const stackNumber = stack === 0 ? 0 : writer.stack({ frames: chain });
    writer.hit(hit, { spot: site % 2, thread: who, site: number, stack: stackNumber });
  }
  writer.flush();
  return parts;
}

test("hits come back whatever they are, also where frames end between them", () => {
  fc.assert(
    fc.property(fc.array(anyHit, { maxLength: 15 }), fc.integer({ min: 1, max: 20 }), (hits, n) => {
      const {
        hits: read,
        threads,
        sites,
        stacks,
      } = readRecording(joinedBytes(recordingOf(hits, n)));
      expect(read.length).toBe(hits.length);
      for (const [at, { hit, thread, site, stack }] of hits.entries()) {
        expect(threads[read.threads[at] ?? -1]?.tid).toBe(thread);
        expect(sites[read.sites[at] ?? -1]?.ip).toBe(BigInt(site));
        expect(stacks[read.stacks[at] ?? -1]?.frames.length ?? 0).toBe(stack);
        expect(read.cpus[at]).toBe(hit.cpu);
        expect(read.repeats[at]).toBe(hit.repeat);
        expect(read.newValue(at)).toBe(hit.newValue);
        expect(read.oldValue(at)).toBe(hit.oldValue);
      }
    }),
    { numRuns: 50 },
  );
});

test("times are exact to the nanosecond within 104 days of the watch's begin", () => {
  const times = [5_000_000_000n, 5_000_000_001n, 5_000_000_000n + 2n ** 53n - 1n];
  const parts = recordingOf(
    times.map((time) => ({ hit: hitAt(time), thread: 0, site: 0, stack: 0 })),
    100,
  );
  const { hits } = readRecording(joinedBytes(parts));
  expect(times.map((_, at) => hits.time(at))).toEqual(times);
});

test("the bytes may come in pieces of any size", () => {
  const bytes = sampleRecording();
  const whole = readRecording(bytes);
  for (const size of [1, 2, 7, 16, 100, 1000]) {
    const recording = new RecordingInMemory();
    for (let at = 0; at < bytes.length; at += size) recording.push(bytes.subarray(at, at + size));
    recording.end();
    expect(recording.damage).toEqual([]);
    expect(recording.hits.length).toBe(whole.hits.length);
    expect(recording.summary).toEqual(whole.summary);
  }
});

test("a recording cut anywhere has all but its last frame, and says what is missing", () => {
  const hits = Array.from({ length: 12 }, (_, i) => {
    return { hit: hitAt(5_000_000_000n + BigInt(i)), thread: 0, site: 0, stack: 0 };
  });
  const parts = recordingOf(hits, 4);
  const bytes = joinedBytes(parts);
  const [start = new Uint8Array()] = parts;
  for (let length = start.length; length < bytes.length; length += 1) {
    let whole = 0;
    let size = 0;
    for (const part of parts) {
      size += part.length;
      if (size <= length) whole += 1;
    }
    const { hits: read, damage } = readRecording(bytes.subarray(0, length));
    // Two parts before the first hits: the file's begin, and the header's frame.
    expect(read.length).toBe(Math.max(0, Math.min(12, 4 * (whole - 2))));
    const isWhole = parts.some((_, at) => joinedBytes(parts.slice(0, at + 1)).length === length);
    expect(damage.some(({ kind }) => kind === "tail")).toBe(!isWhole);
    expect(damage.some(({ kind }) => kind === "unfinished")).toBe(true);
  }
});

test("a damaged frame costs what was in it and nothing else, and its place is told", () => {
  const hits = Array.from({ length: 20 }, (_, i) => {
    return { hit: hitAt(5_000_000_000n + BigInt(i)), thread: 0, site: 0, stack: 0 };
  });
  const parts = recordingOf(hits, 4);
  const bytes = joinedBytes(parts);
  const before = joinedBytes(parts.slice(0, 4)).length;
  for (let at = before; at < before + (parts[4]?.length ?? 0); at += 1) {
    const broken = bytes.slice();
    broken[at] = (broken[at] ?? 0) ^ 0x41;
    const { hits: read, damage } = readRecording(broken);
    expect(read.length).toBe(16);
    expect(damage.map(({ kind }: Damage) => kind)).toEqual(["frames", "unfinished"]);
    expect(damage[0]?.text).toMatch(/^one frame before frame 4 cannot be read \(\d+ bytes\)/);
  }
});

test("hits whose names were lost with a frame are still counted", () => {
  const hits = Array.from({ length: 8 }, (_, i) => {
    return { hit: hitAt(5_000_000_000n + BigInt(i)), thread: 0, site: 0, stack: 0 };
  });
  const parts = recordingOf(hits, 4);
  const names = 2;
  const recording = readRecording(joinedBytes(parts.filter((_, at) => at !== names)));
  expect(recording.hits.length).toBe(4);
  expect(recording.sites[0]?.frame.symbol).toBe("(lost with a damaged frame)");
  expect(recording.threads[0]?.comm).toBe("(lost)");
});

test("what is no recording is told in one line with what to do", () => {
  const reading = (bytes: Uint8Array) => () => readRecording(bytes);
  const newer = preamble(99);
  const damaged = sampleRecording();
  damaged[9] = 7;
  expect(reading(new Uint8Array())).toThrow(
    new RecordingError(
      "not-a-recording",
      "empty: the command that was to record it ended before it began",
    ),
  );
  const message = "not a recording: trapline watch -o FILE and --trace-file FILE make them";
  expect(reading(new TextEncoder().encode("perf data"))).toThrow(message);
  expect(reading(sampleRecording().subarray(0, 12))).toThrow(message);
  expect(reading(newer)).toThrow(
    "version 99 of the format, this trapline reads up to 1: update trapline",
  );
  expect(reading(damaged)).toThrow("its first bytes are damaged: copy it anew");
});

test("kinds and fields that a newer program added are passed over", () => {
  const bytes = sampleRecording();
  const unknownKind = frameOf(0, [Uint8Array.of(120, 3, 1, 2, 3)]);
  const { damage, hits } = readRecording(joinedBytes([preamble(), unknownKind]));
  expect(hits.length).toBe(0);
  expect(damage.map(({ kind }) => kind)).toEqual(["unfinished"]);
  expect(readRecording(joinedBytes([bytes, frameOf(3, [Uint8Array.of(120, 0)])])).damage).toEqual(
    [],
  );
});

test("a million hits take a quarter of what they may, and no memory that grows", () => {
  let size = 0;
  let largest = 0;
  const writer = new RecordingWriter(HEADER, (bytes) => {
    size += bytes.length;
    largest = Math.max(largest, bytes.length);
  });
  const { sites: [site] = [] } = readRecording(sampleRecording());
  const number = site === undefined ? 0 : writer.site(site);
  const threads = [1, 2].map((tid) => writer.thread({ pid: 1, tid, comm: "prog" }));
  const hit = { ...hitAt(0n, { newValue: 0n, oldValue: 0n }) };
  for (let i = 0; i < 1_000_000; i += 1) {
    hit.timeLow = (i * 1103) % 2 ** 31; // some 1 us apart
    hit.timeHigh = Math.floor((i * 1103) / 2 ** 31);
    hit.cpu = i & 1;
    hit.oldValue = hit.newValue;
    hit.newValue = BigInt(i * 7);
    writer.hit(hit, { spot: 0, thread: threads[i & 1] ?? 0, site: number, stack: 0 });
  }
  writer.flush();
  expect(size).toBeGreaterThan(4_000_000);
  expect(size).toBeLessThan(12_000_000);
  expect(largest).toBeLessThan(70_000);
});

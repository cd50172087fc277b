import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { parse as parseCsv } from "csv-parse/sync";
import { parquetReadObjects } from "hyparquet";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { RecordingReader } from "../reader.ts";
import { readRecording } from "../recording.ts";
import { joinedBytes, sampleModelRecording, sampleRecording } from "../sample-recording.ts";
import { EXPORT_FORMATS, type ExportName } from "./formats.ts";

// Each format is read back by something that shares no code with what wrote it.

const HITS = 12;

async function exported(name: ExportName, recording: Uint8Array): Promise<Uint8Array> {
  const make = await EXPORT_FORMATS[name].load();
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const put = (piece: string | Uint8Array) =>
    parts.push(typeof piece === "string" ? encoder.encode(piece) : piece.slice());
  const exporters: { end(): void | Promise<void> }[] = [];
  const reader = new RecordingReader((tables) => {
    const exporter = make({ tables, put });
    exporters.push(exporter);
    return exporter;
  });
  reader.push(recording);
  reader.end();
  for (const exporter of exporters) await exporter.end();
  return joinedBytes(parts);
}

async function exportedText(name: ExportName, recording = sampleRecording(HITS)): Promise<string> {
  return new TextDecoder().decode(await exported(name, recording));
}

/** What the hits are, by the reader of recordings. */
function facts() {
  const { hits, threads, sites, stacks } = readRecording(sampleRecording(HITS));
  return Array.from({ length: hits.length }, (_, at) => {
    const thread = threads[hits.threads[at] ?? -1];
    const site = sites[hits.sites[at] ?? -1];
    const stack = stacks[hits.stacks[at] ?? -1];
    if (thread === undefined || site === undefined) throw new Error("a hit without thread or site");
    return { at, time: hits.time(at), thread, site, stack, newValue: hits.newValue(at) };
  });
}

/** Collapses stacks as the flame graph tools do with what `perf script` prints. */
function collapse(script: string): Map<string, number> {
  const stacks = new Map<string, number>();
  for (const sample of script.split("\n\n").filter((text) => text !== "")) {
    const [head = "", ...frames] = sample.split("\n");
    const event = /^(\S.*?)\s+(\d+)\/(\d+)\s+\[(\d{3})\]\s+(\d+\.\d{6}):\s+(\d+)\s+(\S+): $/.exec(
      head,
    );
    expect(event, head).not.toBeNull();
    const names = frames.map((line) => {
      const frame = /^\t\s*([0-9a-f]+) (.+) \((\S*)\)$/.exec(line);
      expect(frame, line).not.toBeNull();
      return frame?.[2]?.replace(/\+0x[0-9a-f]+$/, "") ?? "";
    });
    const stack = [event?.[1]?.replace(/ /g, "_") ?? "", ...names.reverse()].join(";");
    stacks.set(stack, (stacks.get(stack) ?? 0) + 1);
  }
  return stacks;
}

test("perf-script: collapsed by the rules of the flame graph tools it is what folded says", async () => {
  const script = await exportedText("perf-script");
  const folded = await exportedText("folded");
  const lines = folded.trimEnd().split("\n");
  const read = new Map(
    lines.map((line) => {
      const match = /^(.+) (\d+)$/.exec(line);
      return [match?.[1] ?? "", Number(match?.[2])];
    }),
  );
  expect(collapse(script)).toEqual(read);
  expect([...read.values()].reduce((sum, count) => sum + count, 0)).toBe(HITS);
  expect(lines).toEqual([...lines].sort());
  expect(lines).toContain("worker_one;up 2");
});

test("perf-script: lines are perf's, byte for byte", async () => {
  const [first = "", second = ""] = (await exportedText("perf-script")).split("\n\n");
  expect(`${first}\n\n${second}`).toMatchInlineSnapshot(`
    "prog   100/100   [000]     5.000001:          1 mem:0x0000000000404100/8:w: 
    	          401100 up+0x4 (/usr/bin/prog)
    	          401200 main+0x4 (/usr/bin/prog)

    worker one   100/101   [001]     5.000002:          2 mem:0x0000000000404200/16:rw: 
    	          401100 up+0x4 (/usr/bin/prog)"
  `);
});

test("chrome: every hit is an instant of its thread, every value a counter, the unseen a slice", async () => {
  const { traceEvents } = JSON.parse(await exportedText("chrome"));
  const by = (ph: string) => traceEvents.filter((event: { ph: string }) => event.ph === ph);
  const hits = by("i").filter(({ cat }: { cat: string }) => cat === "hit");
  expect(hits.map(({ tid }: { tid: number }) => tid)).toEqual(
    facts().map(({ thread }) => thread.tid),
  );
  expect(hits.map(({ ts }: { ts: number }) => ts)).toEqual(facts().map(({ at }) => at + 1));
  const counted = facts().filter(({ site, newValue }) => site.spot === 0 && newValue !== undefined);
  expect(by("C").map(({ args }: { args: { value: number } }) => args.value)).toEqual(
    counted.map(({ newValue }) => Number(newValue)),
  );
  expect(
    by("X").map(({ name, ts, dur }: { name: string; ts: number; dur: number }) => [name, ts, dur]),
  ).toEqual([
    ["7 hits lost", 0.01, 0.01],
    ["disarmed", 0.03, 0.01],
  ]);
  const names = by("M").filter(({ name }: { name: string }) => name === "thread_name");
  expect(names.map(({ args }: { args: { name: string } }) => args.name)).toEqual([
    "not watched",
    "prog",
    "worker one",
    "prog",
  ]);
});

test("speedscope: its own schema holds, and the weights are the hits", async () => {
  const schema = createRequire(import.meta.url).resolve(
    "speedscope/dist/release/file-format-schema.json",
  );
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schema, "utf8")));
  const file = JSON.parse(await exportedText("speedscope"));
  validate(file);
  expect(validate.errors).toBeNull();
  const weights: number[] = file.profiles.flatMap((it: { weights: number[] }) => it.weights);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(HITS);
  const [{ samples, name }] = file.profiles;
  expect(name).toBe("prog 100/100");
  expect(samples[0].map((index: number) => file.shared.frames[index].name)).toEqual(["main", "up"]);
});

const PPROF = `
  syntax = "proto3";
  message ValueType { int64 type = 1; int64 unit = 2; }
  message Label { int64 key = 1; int64 str = 2; int64 num = 3; int64 num_unit = 4; }
  message Sample { repeated uint64 location_id = 1; repeated int64 value = 2; repeated Label label = 3; }
  message Mapping { uint64 id = 1; uint64 memory_start = 2; uint64 memory_limit = 3; uint64 file_offset = 4;
    int64 filename = 5; int64 build_id = 6; bool has_functions = 7; bool has_filenames = 8;
    bool has_line_numbers = 9; bool has_inline_frames = 10; }
  message Line { uint64 function_id = 1; int64 line = 2; int64 column = 3; }
  message Location { uint64 id = 1; uint64 mapping_id = 2; uint64 address = 3; repeated Line line = 4; }
  message Function { uint64 id = 1; int64 name = 2; int64 system_name = 3; int64 filename = 4; int64 start_line = 5; }
  message Profile { repeated ValueType sample_type = 1; repeated Sample sample = 2; repeated Mapping mapping = 3;
    repeated Location location = 4; repeated Function function = 5; repeated string string_table = 6;
    int64 drop_frames = 7; int64 keep_frames = 8; int64 time_nanos = 9; int64 duration_nanos = 10;
    ValueType period_type = 11; int64 period = 12; }
`;

test("pprof: another reader of protocol buffers finds the hits, their chains and their lines", async () => {
  const type = protobuf.parse(PPROF).root.lookupType("Profile");
  const bytes = await exported("pprof", sampleRecording(HITS));
  const profile = type.toObject(type.decode(bytes), { longs: Number, defaults: true });
  const { stringTable: strings } = profile;
  expect(strings[0]).toBe("");
  const kinds = profile.sampleType.map(({ type, unit }: { type: number; unit: number }) => [
    strings[type],
    strings[unit],
  ]);
  expect(kinds).toEqual([
    ["hits", "count"],
    ["traps", "count"],
  ]);
  const sum = (index: number) =>
    profile.sample.reduce(
      (total: number, { value }: { value: number[] }) => total + (value[index] ?? 0),
      0,
    );
  expect([sum(0), sum(1)]).toEqual([HITS, HITS + HITS / 2]);
  const functionOf = (id: number) =>
    strings[profile.function.find((it: { id: number }) => it.id === id).name];
  const chains = profile.sample.map(({ locationId }: { locationId: number[] }) =>
    locationId.flatMap((id) =>
      profile.location
        .find((it: { id: number }) => it.id === id)
        .line.map(
          ({ functionId, line }: { functionId: number; line: number }) =>
            `${functionOf(functionId)}:${line}`,
        ),
    ),
  );
  expect(chains).toContainEqual(["up:7", "main:40"]);
  expect(profile.mapping.map(({ filename }: { filename: number }) => strings[filename])).toContain(
    "/usr/bin/prog",
  );
  expect(profile.timeNanos).toBe(Date.parse("2026-01-02T03:04:05.006Z") * 1e6);
});

interface FirefoxThread {
  readonly name: string;
  readonly stringArray: readonly string[];
  readonly samples: { stack: number[]; time: number[]; length: number };
  readonly stackTable: { frame: number[]; prefix: (number | null)[]; length: number };
  readonly frameTable: { func: number[]; line: (number | null)[]; length: number };
  readonly funcTable: { name: number[]; fileName: (number | null)[]; length: number };
  readonly markers: {
    name: number[];
    startTime: number[];
    data: { new?: string }[];
    length: number;
  };
}

/** Walks a stack as the profiler does: from the leaf by its prefixes. */
function firefoxStack(thread: FirefoxThread, stack: number): readonly string[] {
  const names: string[] = [];
  for (
    let node: number | null = stack;
    node !== null;
    node = thread.stackTable.prefix[node] ?? null
  ) {
    const func = thread.frameTable.func[thread.stackTable.frame[node] ?? -1] ?? -1;
    names.push(thread.stringArray[thread.funcTable.name[func] ?? -1] ?? "?");
  }
  return names;
}

test("firefox: samples, markers and counters are the hits, by way of the profiler's tables", async () => {
  const profile = JSON.parse(await exportedText("firefox"));
  const threads: readonly FirefoxThread[] = profile.threads;
  expect(threads.map(({ name }) => name)).toEqual(["prog", "worker one", "prog"]);
  expect(threads.map(({ samples }) => samples.length)).toEqual([4, 4, 4]);
  for (const thread of threads) {
    for (const table of [thread.samples, thread.markers, thread.stackTable, thread.frameTable]) {
      const { length, ...columns } = table;
      for (const column of Object.values(columns)) {
        if (Array.isArray(column)) expect(column).toHaveLength(length);
      }
    }
  }
  const [first] = threads;
  expect(first && firefoxStack(first, first.samples.stack[0] ?? -1)).toEqual(["up", "main"]);
  const [counter] = profile.counters;
  const values: number[] = [];
  for (const count of counter.samples.count) values.push((values.at(-1) ?? 0) + count);
  const counted = facts().filter(
    ({ thread, site, newValue }) => thread.pid === 100 && site.spot === 0 && newValue !== undefined,
  );
  expect(values).toEqual(counted.map(({ newValue }) => Number(newValue)));
  expect(profile.meta.preprocessedProfileVersion).toBe(48);
});

test("csv: another reader finds a row for each hit, with commas and quotes in their cells", async () => {
  const rows: Record<string, string>[] = parseCsv(await exportedText("csv"), { columns: true });
  expect(rows).toHaveLength(HITS);
  for (const { at, time, thread, site } of facts()) {
    expect(rows[at]).toMatchObject({
      time_ns: time.toString(),
      tid: String(thread.tid),
      comm: thread.comm,
      watch: site.spot === 0 ? "counter" : "point",
      instruction: site.culprit?.instruction?.text ?? "",
    });
  }
  expect(rows[0]?.instruction).toBe("add qword ptr [rip+0x2], 1");
  expect(rows[1]?.new_hex).toBe(`0x${((0x404300n << 64n) | 1n).toString(16)}`);
});

test("parquet: hyparquet reads the rows of the CSV, with types", async () => {
  const bytes = await exported("parquet", sampleRecording(HITS));
  const rows = await parquetReadObjects({ file: bytes.slice().buffer });
  expect(rows).toHaveLength(HITS);
  const csv: Record<string, string>[] = parseCsv(await exportedText("csv"), { columns: true });
  for (const [at, row] of rows.entries()) {
    const texts = Object.entries(row).map(([key, value]) => [key, String(value ?? "")]);
    expect(Object.fromEntries(texts)).toEqual(csv[at]);
    expect(typeof row.time_ns).toBe("bigint");
    expect(typeof row.tid).toBe("bigint");
    expect(typeof (row.new ?? 0)).toBe("number");
  }
});

/** A value of ITF as plain data, by the rules of its description. */
function itfValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(itfValue);
  if (typeof value !== "object" || value === null) return value;
  if ("#bigint" in value) return Number(value["#bigint"]);
  if ("#set" in value && Array.isArray(value["#set"])) return new Set(value["#set"].map(itfValue));
  if ("#map" in value && Array.isArray(value["#map"])) {
    return new Map(value["#map"].map(([key, item]) => [itfValue(key), itfValue(item)]));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, itfValue(item)]));
}

test("itf: every state is whole, and says what the steps changed", async () => {
  const trace = JSON.parse(await exportedText("itf", sampleModelRecording()));
  expect(trace["#meta"]).toMatchObject({ format: "ITF", violated: "use-after-free" });
  expect(trace.vars).toEqual(["step", "event"]);
  const states = trace.states.map(itfValue);
  for (const [index, state] of states.entries()) {
    expect(Object.keys(state)).toEqual(["#meta", ...trace.vars]);
    expect(state["#meta"]).toEqual({ index });
  }
  expect(states.map(({ event }: { event: unknown }) => event)).toEqual([
    new Map([[1, { refs: 1, ctx: 2, list: new Set([1, 33]), slots: [0, 0] }]]),
    new Map([[1, { refs: 2, ctx: 2, list: new Set([1, 33]), slots: [0, 7] }]]),
    new Map(),
  ]);
});

test("jsonl of a model: a line for each record, the step with what it changed", async () => {
  const lines = (await exportedText("jsonl", sampleModelRecording())).trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  expect(records.map(({ kind }) => kind)).toEqual(["header", "program", "step", "step", "verdict"]);
  expect(records[3].objects).toEqual([{ record: "event", id: 1, what: "freed", fields: {} }]);
});

test("chrome of a model: a slice for each step on its processor's track", async () => {
  const { traceEvents } = JSON.parse(await exportedText("chrome", sampleModelRecording()));
  const steps = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
  expect(
    steps.map(({ tid, ts, name }: { tid: number; ts: number; name: string }) => [tid, ts, name]),
  ).toEqual([
    [0, 0, "P perf_event_open.alloc"],
    [1, 1, "idle free_event"],
  ]);
});

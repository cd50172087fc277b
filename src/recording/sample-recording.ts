import { asVa } from "../base/index.ts";
import type { HitToRecord } from "./hit-run.ts";
import type { RecordedCoverage, RecordedFrame, RecordedWatch } from "./recorded.ts";
import { RecordingWriter } from "./writer.ts";

// Recordings for tests: small, and with something of everything in them.

const SINCE = 5_000_000_000n;

export const sampleWatch: RecordedWatch = {
  spots: [
    {
      ...{ name: "counter", address: 0x404100n, length: 8, mode: "w", registers: 1, signed: true },
      type: { kind: "int", name: "long", size: 8, signed: true },
    },
    {
      ...{ name: "point", address: 0x404200n, length: 16, mode: "rw", registers: 2 },
      type: {
        ...{ kind: "struct", name: "struct point", size: 16 },
        members: [
          { name: "x", offset: 0, type: { kind: "float", name: "double", size: 8 } },
          {
            name: undefined,
            offset: 8,
            type: { kind: "pointer", name: "int *", size: 8, target: "int" },
          },
        ],
      },
    },
  ],
  ...{ since: SINCE, sinceWall: "2026-01-02T03:04:05.006Z", strategy: "cpu", cpus: [0, 1] },
  ...{ processes: 1, threads: 2, kernelMode: true, selfTest: "fired", stacks: true, form: "table" },
};

const coverage: RecordedCoverage = {
  ...{ strategy: "cpu", sinceNs: SINCE, untilNs: SINCE + 9_000_000n, cpus: [0, 1] },
  ...{ processes: 1, threads: 2, threadsBorn: 0, childrenBorn: 1, execs: 0, kernelMode: true },
  ...{ lost: 7n, strangers: 0n, selfTest: "fired", disarmedNs: 1_000_000n },
  gaps: [{ kind: "disarmed", text: "11.1 % of the time" }],
};

function frame(symbol: string, address: bigint, line: number): RecordedFrame {
  return {
    ...{ kind: "elf", address: asVa(address), symbol, offset: 4, object: "prog" },
    ...{ path: "/usr/bin/prog", objectOffset: address - 0x400000n },
    ...{ file: "/src/prog.c", line, column: 3, function: symbol },
  };
}

export function hitAt(
  time: bigint,
  values: Partial<Pick<HitToRecord, "oldValue" | "newValue" | "valueFrom">> = {},
  more: { cpu?: number; repeat?: number } = {},
): HitToRecord {
  return {
    timeHigh: Number(time >> 32n),
    timeLow: Number(time & 0xffff_ffffn),
    ...{ cpu: more.cpu ?? 0, repeat: more.repeat ?? 1 },
    oldValue: values.oldValue,
    newValue: values.newValue,
    valueFrom: values.newValue === undefined ? undefined : (values.valueFrom ?? "kernel"),
  };
}

/** A watch with two spots, three threads, kernel accesses, stacks, values, a loss, a pause and a fork. */
export function sampleRecording(hits = 12): Uint8Array {
  const parts: Uint8Array[] = [];
  const header = { source: "watch", trapline: "0.1.0", watch: sampleWatch } as const;
  const writer = new RecordingWriter(header, (bytes) => parts.push(bytes.slice()));
  const main = frame("main", 0x401200n, 40);
  const up = frame("up", 0x401100n, 7);
  const places = [{ file: "/src/a.h", line: 2, function: "add" }, { function: "up" }];
  const sites = [
    writer.site({
      ...{ spot: 0, kernel: false, ip: 0x401104n, frame: up },
      culprit: { instruction: { text: "add qword ptr [rip+0x2], 1", address: asVa(0x401100n) } },
    }),
    writer.site({
      ...{ spot: 1, kernel: false, ip: 0x401304n, frame: { ...up, inlined: places } },
      culprit: { doubt: "two" },
    }),
    writer.site({
      ...{ spot: 0, kernel: true, ip: 0xffff_ffff_8110_0000n, syscall: "read" },
      frame: { kind: "kernel", address: asVa(0xffff_ffff_8110_0000n), symbol: "_copy_to_iter" },
    }),
  ];
  const stacks = [
    writer.stack({ frames: [up, main] }),
    writer.stack({ frames: [up], cut: "depth" }),
  ];
  const threads = [
    writer.thread({ pid: 100, tid: 100, comm: "prog" }),
    writer.thread({ pid: 100, tid: 101, comm: "worker one" }),
    writer.thread({ pid: 102, tid: 102, comm: "prog" }),
  ];
  writer.life({ time: SINCE + 1n, what: "fork", pid: 102, tid: 102, ppid: 100, ptid: 100 });
  const lines = ["void up(void)", "{", "  counter += 1;", "}"];
  writer.source({ file: "/src/prog.c", first: 5, lines });
  writer.pointer({ pid: 100, address: 0x404300n, name: "table+16" });
  for (let i = 0; i < hits; i += 1) {
    const spot = i % 3 === 1 ? 1 : 0;
    const newValue = spot === 1 ? (0x404300n << 64n) | BigInt(i) : BigInt(i);
    const values =
      i % 4 === 3 ? {} : { newValue, oldValue: i % 5 === 0 ? undefined : newValue - 1n };
    const hit = hitAt(SINCE + 1_000n * BigInt(i + 1), values, { cpu: i & 1, repeat: 1 + (i % 2) });
    const numbers = { thread: threads[i % 3] ?? 0, site: sites[i % 3] ?? 0 };
    writer.hit(hit, { ...numbers, spot, stack: stacks[i % 2] ?? 0 });
  }
  writer.loss({ from: SINCE + 10n, to: SINCE + 20n, count: 7n });
  writer.window({ from: SINCE + 30n, to: SINCE + 40n, why: "disarmed" });
  writer.life({ time: SINCE + 50n, what: "exit", pid: 102, tid: 102 });
  writer.switch({ time: SINCE + 60n, cpu: 1, pid: 100, tid: 101, on: true });
  writer.flush();
  const traps = hits + Math.floor(hits / 2);
  writer.summary({ hits, traps, writesLeftOut: 0, ended: "stopped", coverage });
  writer.flush();
  return joinedBytes(parts);
}

export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A program of the model with two steps: an event gets a reference and a slot, and is freed. */
export function sampleModelRecording(): Uint8Array {
  const parts: Uint8Array[] = [];
  const model = { form: "text", targets: ["model"], designs: [] } as const;
  const header = { source: "check", trapline: "0.1.0", model } as const;
  const writer = new RecordingWriter(header, (bytes) => parts.push(bytes.slice()));
  const kind = { name: "event", fields: ["refs", "ctx", "list", "slots"] };
  writer.program({
    ...{ file: "it.scn", scenario: "arch x86\n", target: "model", arch: "x86", cpus: 2 },
    ...{
      without: [],
      actors: ["P"],
      kinds: [{ ...kind, references: { ctx: "ctx" }, sets: { list: "event" } }],
    },
    objects: [
      {
        record: "event",
        id: 1,
        what: "born",
        fields: { refs: [1], ctx: [2], list: [2, 2], slots: [0, 0] },
      },
    ],
  });
  const step = { slots: "e1", locks: "", stepping: [], lost: [], action: 0, choice: 0 };
  writer.step({
    ...{ ...step, cpu: 0, task: "P", taskId: 1, fn: "perf_event_open", label: "alloc" },
    objects: [{ record: "event", id: 1, what: "changed", fields: { refs: [2], slots: [0, 7] } }],
  });
  writer.step({
    ...{ ...step, cpu: 1, task: "idle", taskId: 0, fn: "free_event", label: "" },
    objects: [{ record: "event", id: 1, what: "freed", fields: {} }],
  });
  const violation = { property: "use-after-free", message: "event 1->ctx", chain: ["free_event"] };
  writer.verdict({ verdict: "fail", steps: 2, violation });
  writer.flush();
  return joinedBytes(parts);
}

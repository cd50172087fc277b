import { asVa, drawsOf } from "../src/base/index.ts";
import {
  type RecordedFrame,
  type RecordedSite,
  type RecordedWatch,
  RecordingWriter,
} from "../src/recording/index.ts";

const SINCE = 7_000_000_000n;
const END_NS = 3_000_000_000n;

/** The program that was recorded, as its source would be. */
const SOURCE = [
  "void deposit(long amount)",
  "{",
  "\taccount.balance += amount;",
  "}",
  "",
  "void withdraw(long amount)",
  "{",
  "\tif (account.balance >= amount)",
  "\t\taccount.balance -= amount;",
  "}",
  "",
  "void audit(void)",
  "{",
  "\taccount.balance = account.balance / 10 * 10;",
  "}",
];

const FUNCTIONS = [
  { name: "deposit", line: 3, text: "add qword ptr [rip+0x2ed0], rdi" },
  { name: "withdraw", line: 9, text: "sub qword ptr [rip+0x2eb9], rdi" },
  { name: "audit", line: 14, text: "mov qword ptr [rip+0x2d8a], rax" },
] as const;

function frameOf(name: string, line: number, at: number): RecordedFrame {
  const address = asVa(0x401000n + 64n * BigInt(at));
  return {
    ...{ kind: "elf", address, symbol: name, offset: 4, object: "bank", path: "/usr/bin/bank" },
    ...{ objectOffset: address - 0x400000n, file: "/src/bank.c", line, function: name },
  };
}

const WATCH: RecordedWatch = {
  spots: [
    {
      ...{ name: "account.balance", address: 0x404030n, length: 8, mode: "w", registers: 1 },
      signed: true,
      type: { kind: "int", name: "long", size: 8, signed: true },
    },
  ],
  ...{ since: SINCE, sinceWall: "2026-01-02T03:04:05.006Z", strategy: "cpu", cpus: [0, 1] },
  ...{ processes: 1, threads: 4, kernelMode: true, selfTest: "fired", stacks: true },
  form: "table",
};

/** A bank with three tellers and an auditor: hits, values, call chains, source, and what is missing. */
export function bankRecording(hits = 2_000): Uint8Array {
  const parts: Uint8Array[] = [];
  const header = { source: "watch", trapline: "0.1.0", watch: WATCH } as const;
  const writer = new RecordingWriter(header, (bytes) => parts.push(bytes.slice()));
  writer.source({ file: "/src/bank.c", first: 1, lines: SOURCE });
  const main = frameOf("main", 40, 9);
  const frames = FUNCTIONS.map(({ name, line }, at) => frameOf(name, line, at));
  const sites = FUNCTIONS.map(({ text }, at): number => {
    const frame = frames[at] ?? main;
    const culprit = { instruction: { text, address: frame.address } };
    const site: RecordedSite = { spot: 0, kernel: false, ip: frame.address + 4n, frame, culprit };
    return writer.site(site);
  });
  const stacks = frames.map((frame) => writer.stack({ frames: [frame, main] }));
  const threads = [0, 1, 2, 3].map((at) =>
    writer.thread({ pid: 100, tid: 100 + at, comm: at === 0 ? "bank" : "teller" }),
  );
  const draw = drawsOf(7);
  let value = 100_000n;
  for (let at = 0; at < hits; at += 1) {
    const time = SINCE + (END_NS * BigInt(at)) / BigInt(hits);
    const thread = at % 50 === 0 ? 0 : 1 + draw(3);
    const site = thread === 0 ? 2 : draw(2);
    const oldValue = value;
    if (site === 2) value = (value / 10n) * 10n;
    else value += BigInt(site === 0 ? draw(100) : -draw(90));
    writer.hit(
      {
        ...{ timeHigh: Number(time >> 32n), timeLow: Number(time & 0xffff_ffffn) },
        ...{ cpu: thread & 1, repeat: 1, oldValue, newValue: value, valueFrom: "kernel" },
      },
      {
        ...{ spot: 0, thread: threads[thread] ?? 0 },
        ...{ site: sites[site] ?? 0, stack: stacks[site] ?? 0 },
      },
    );
  }
  missing(writer, hits);
  return new Uint8Array(Buffer.concat(parts));
}

/** Seven hits lost, a tenth of a second without watching, and the end. */
function missing(writer: RecordingWriter, hits: number): void {
  writer.loss({ from: SINCE + 1_000_000_000n, to: SINCE + 1_050_000_000n, count: 7n });
  writer.window({ from: SINCE + 2_000_000_000n, to: SINCE + 2_100_000_000n, why: "disarmed" });
  const { strategy, cpus, processes, threads, kernelMode, selfTest } = WATCH;
  writer.summary({
    ...{ hits, traps: hits, writesLeftOut: 0, ended: "stopped" },
    coverage: {
      ...{ strategy, cpus, processes, threads, kernelMode, selfTest },
      ...{ sinceNs: SINCE, untilNs: SINCE + END_NS, threadsBorn: 0, childrenBorn: 0, execs: 0 },
      ...{ lost: 7n, strangers: 0n, disarmedNs: 100_000_000n, gaps: [] },
    },
  });
  writer.flush();
}

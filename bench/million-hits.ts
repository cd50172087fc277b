import { asVa, drawsOf } from "../src/base/index.ts";
import { type RecordedSite, RecordingWriter } from "../src/recording/index.ts";

const SINCE = 1_000_000_000_000n;
const THREADS = 8;
const WRITERS = 12;

/** A recording of so many hits by eight threads and twelve functions, a hit every ten µs. */
export function recordingOfHits(count: number): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter(
    {
      ...{ source: "watch", trapline: "0" },
      watch: {
        spots: [{ name: "counter", address: 0x404100n, length: 8, mode: "w", registers: 1 }],
        ...{ since: SINCE, sinceWall: "2026-01-01T00:00:00.000Z", strategy: "cpu", cpus: [0, 1] },
        ...{ processes: 1, threads: THREADS, kernelMode: true, selfTest: "fired" },
        ...{ stacks: false, form: "table" },
      },
    },
    (bytes) => parts.push(bytes.slice()),
  );
  const threads = Array.from({ length: THREADS }, (_, at) =>
    writer.thread({ pid: 100, tid: 100 + at, comm: `worker-${at}` }),
  );
  const sites = Array.from({ length: WRITERS }, (_, at) => writer.site(siteOf(at)));
  const draw = drawsOf(1);
  let time = SINCE;
  let value = 0n;
  for (let at = 0; at < count; at += 1) {
    time += BigInt(5_000 + draw(10_000));
    const oldValue = value;
    value += BigInt(draw(7));
    writer.hit(
      {
        ...{ timeHigh: Number(time >> 32n), timeLow: Number(time & 0xffff_ffffn) },
        ...{ cpu: at & 1, repeat: 1, oldValue, newValue: value, valueFrom: "kernel" },
      },
      {
        ...{ spot: 0, thread: threads[draw(THREADS)] ?? 0 },
        ...{ site: sites[Math.min(draw(WRITERS), draw(WRITERS))] ?? 0, stack: 0 },
      },
    );
  }
  writer.loss({ from: time - 9_000_000n, to: time - 8_000_000n, count: 7n });
  writer.flush();
  return new Uint8Array(Buffer.concat(parts));
}

function siteOf(at: number): RecordedSite {
  const address = asVa(0x401000n + 16n * BigInt(at));
  const name = `function_${at}`;
  return {
    ...{ spot: 0, kernel: false, ip: address + 4n },
    frame: {
      ...{ kind: "elf", address, symbol: name, offset: 0, object: "prog", path: "/prog" },
      ...{ objectOffset: address - 0x400000n, file: "/src/prog.c", line: 10 + at, function: name },
    },
  };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSideRecord, RecordError, type SideRecord } from "./side-record.ts";

const TYPE = {
  lost: 2,
  comm: 3,
  exit: 4,
  fork: 7,
  mmap: 10,
  lostSamples: 13,
  switch: 14,
  switchCpuWide: 15,
} as const;
const HEADER = 8;

const decode = (view: DataView) =>
  decodeSideRecord(view, (bytes) => new TextDecoder().decode(bytes));

/** A record as the kernel writes it: the body behind its header, padded to 8 bytes with zeros. */
function raw(type: number, misc: number, body: readonly number[]): DataView {
  const size = Math.ceil((HEADER + body.length) / 8) * 8;
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, type, true);
  view.setUint16(4, misc, true);
  view.setUint16(6, size, true);
  body.forEach((byte, index) => {
    view.setUint8(HEADER + index, byte);
  });
  return view;
}

function littleEndian(value: bigint | number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

const text = (value: string) => [...new TextEncoder().encode(value), 0];
const u32s = (...values: readonly number[]) => values.flatMap((it) => littleEndian(it, 4));
const u64s = (...values: readonly bigint[]) => values.flatMap((it) => littleEndian(it, 8));

/** `sample_id_all` with nothing but the time, as every side record of Trapline's ends. */
const trailer = u64s(123_456_789n);

function encode(record: SideRecord): DataView {
  switch (record.kind) {
    case "fork":
    case "exit": {
      const { pid, ppid, tid, ptid, time } = record;
      const body = [...u32s(pid, ppid, tid, ptid), ...u64s(time), ...trailer];
      return raw(TYPE[record.kind], 0, body);
    }
    case "comm": {
      const name = text(record.comm);
      const padded = [...name, ...Array((8 - (name.length % 8)) % 8).fill(0)];
      const body = [...u32s(record.pid, record.tid), ...padded, ...trailer];
      return raw(TYPE.comm, record.exec ? 1 << 13 : 0, body);
    }
    case "mmap": {
      const { pid, tid, addr, len, pgoff, maj, min, ino, prot, path } = record;
      const name = text(path);
      const padded = [...name, ...Array((8 - (name.length % 8)) % 8).fill(0)];
      const file = [...u32s(maj, min), ...u64s(ino, 0n), ...u32s(prot, 2)];
      const body = [...u32s(pid, tid), ...u64s(addr, len, pgoff), ...file, ...padded, ...trailer];
      return raw(TYPE.mmap, 0, body);
    }
    case "switch": {
      const { pid, tid, cpu, on } = record;
      const body = [...u32s(pid, tid), ...u64s(123_456_789n), ...u32s(cpu, 0)];
      // Of all tasks of a processor, it also says who comes or went.
      const [type, other] = cpu % 2 === 0 ? [TYPE.switch, []] : [TYPE.switchCpuWide, u32s(7, 8)];
      return raw(type, on ? 0 : 1 << 13, [...other, ...body]);
    }
    case "lost":
      return raw(TYPE.lost, 0, [...u64s(77n, record.count), ...trailer]);
    case "unknown":
      return raw(record.type, 0, Array(record.size - HEADER).fill(0xee));
  }
}

const ids = fc.integer({ min: 0, max: 0x7fff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const names = fc.string({ unit: "grapheme", maxLength: 20 }).filter((it) => !it.includes("\0"));
const task = { pid: ids, ppid: ids, tid: ids, ptid: ids, time: u64 };
const records: fc.Arbitrary<SideRecord> = fc.oneof(
  fc.record({ kind: fc.constantFrom("fork" as const, "exit" as const), ...task }),
  fc.record({
    kind: fc.constant("comm" as const),
    pid: ids,
    tid: ids,
    comm: names,
    exec: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("mmap" as const),
    pid: ids,
    tid: ids,
    addr: u64,
    len: u64,
    pgoff: u64,
    maj: u32,
    min: u32,
    ino: u64,
    prot: u32,
    path: names,
  }),
  fc.record({
    kind: fc.constant("switch" as const),
    pid: ids,
    tid: ids,
    cpu: ids,
    on: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("lost" as const), count: u64 }),
  fc.record({
    kind: fc.constant("unknown" as const),
    type: fc.constantFrom(1, 5, 6, 16, 21, 1000),
    size: fc.integer({ min: 1, max: 20 }).map((longs) => longs * 8),
  }),
);

test("what the kernel writes is read back as the same", () => {
  fc.assert(
    fc.property(records, (record) => {
      expect(decode(encode(record))).toEqual(record);
    }),
  );
});

test("samples that were lost are told by another record, too", () => {
  expect(decode(raw(TYPE.lostSamples, 0, u64s(42n)))).toEqual({ kind: "lost", count: 42n });
});

describe("a record cut short is refused, not read beyond its end", () => {
  test.each([
    ["fork", TYPE.fork, 32],
    ["exit", TYPE.exit, 32],
    ["comm", TYPE.comm, 17],
    ["mmap", TYPE.mmap, 73],
    ["lost", TYPE.lost, 24],
    ["lost samples", TYPE.lostSamples, 16],
  ])("%s", (_name, type, needed) => {
    for (let size = HEADER; size < needed; size += 1) {
      const view = new DataView(raw(type, 0, Array(100).fill(0)).buffer, 0, size);
      expect(() => decode(view)).toThrow(
        new RecordError(type, size, `${needed} bytes expected`).message,
      );
    }
    const whole = new DataView(raw(type, 0, Array(100).fill(0)).buffer, 0, needed);
    expect(() => decode(whole)).not.toThrow();
  });
});

test("a text without its zero ends with the record", () => {
  const view = raw(TYPE.comm, 0, [...u32s(1, 2), ...new TextEncoder().encode("12345678")]);
  expect(decode(view)).toMatchObject({ kind: "comm", comm: "12345678" });
});

test("any bytes are a record or a RecordError", () => {
  const bytes = fc.uint8Array({ minLength: HEADER, maxLength: 120 });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(TYPE)), bytes, (type, content) => {
      const view = new DataView(content.slice().buffer);
      view.setUint32(0, type, true);
      try {
        expect(decode(view).kind).not.toBe("unknown");
      } catch (error) {
        expect(error).toBeInstanceOf(RecordError);
      }
    }),
  );
});

import { expect, test } from "vitest";
import { RingCursor, sampleLayout } from "../abi/index.ts";
import { RawHit } from "./raw-hit.ts";
import { registerPart } from "./register-part.ts";

const GENERAL = 0xff_01ffn;

/** A sample whose registers hold their own numbers in each byte: 0x0303… for perf's number 3. */
function hit(): RawHit {
  const layout = sampleLayout({ regsIntr: true });
  const numbers = [...Array(9).keys(), ...Array.from({ length: 8 }, (_, i) => 16 + i)];
  const values = numbers.map((it) => BigInt(`0x${it.toString(16).padStart(2, "0").repeat(8)}`));
  const size = 4 * (layout.varying + 2) + 8 * values.length;
  const words = new Uint32Array(256);
  words.set([9, size << 16]);
  values.forEach((value, i) => {
    words[layout.varying + 2 + 2 * i] = Number(value & 0xffff_ffffn);
    words[layout.varying + 3 + 2 * i] = Number(value >> 32n);
  });
  const cursor = new RingCursor({ words, loadHead: () => size, storeTail: () => undefined });
  const raw = new RawHit(layout, GENERAL);
  raw.read({ cursor, cpu: 0 });
  return raw;
}

test.each([
  ["rax", 0x0n],
  ["rbx", 0x0101_0101_0101_0101n],
  ["ecx", 0x0202_0202n],
  ["dx", 0x0303n],
  ["bl", 0x01n],
  ["ch", 0x02n],
  ["sil", 0x04n],
  ["edi", 0x0505_0505n],
  ["bpl", 0x06n],
  ["rsp", 0x0707_0707_0707_0707n],
  ["r8", 0x1010_1010_1010_1010n],
  ["r9d", 0x1111_1111n],
  ["r10w", 0x1212n],
  ["r15b", 0x17n],
])("%s is the part of its register that the processor's manual says", (name, value) => {
  expect(registerPart(hit(), name)?.value).toBe(value);
});

test("what is no general register, or was not sampled, has no value", () => {
  for (const name of ["xmm0", "rip", "fs", "st", "k1"]) {
    expect(registerPart(hit(), name)).toBeUndefined();
  }
  expect(registerPart(new RawHit(sampleLayout({})), "rax")).toBeUndefined();
});

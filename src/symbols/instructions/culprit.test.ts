import { expect, test } from "vitest";
import type { Code } from "./code.ts";
import { findCulprit } from "./culprit.ts";
import { maySurprise } from "./glance.ts";

const START = 0x401000n;

/** Functions one behind the other, each of hex bytes, from 0x401000 on; `patch` is what memory has instead. */
function codeOf(
  functions: readonly string[],
  { known = true, memory = true, patch = "" } = {},
): Code {
  const pieces = functions.map((hex) => Buffer.from(hex.replaceAll(" ", ""), "hex"));
  const file = Buffer.concat(pieces);
  const patched = Buffer.from(file);
  Buffer.from(patch, "hex").copy(patched);
  const starts = pieces.map((_, i) => START + BigInt(Buffer.concat(pieces.slice(0, i)).length));
  const cut = (from: bigint, to: bigint, bytes: Buffer) =>
    bytes.subarray(Math.max(0, Number(from - START)), Number(to - START));
  return {
    bits: 64,
    startOf: (address) => (known ? starts.findLast((it) => it <= address) : undefined),
    isEntry: (address) => starts.includes(address),
    read: (from, to) => ({
      file: cut(from, to, file),
      memory: memory ? cut(from, to, patched) : undefined,
    }),
  };
}

const NOP = "90";
const STORE = "89 07"; // mov dword ptr [rdi], eax
const LOAD = "8b 07"; // mov eax, dword ptr [rdi]
const FILL = "f3 aa"; // rep stosb
const RET = "c3";
const CALL = "e8 00 00 00 00";
const write = (offset: number) => ({
  address: START + BigInt(offset),
  after: true,
  writesOnly: true,
});

test("the instruction that ends at the trap made the access", () => {
  const found = findCulprit(codeOf([`${NOP} ${STORE} ${RET}`]), write(3));
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], eax");
  expect(found.instruction?.address).toBe(START + 1n);
  expect(found).toMatchObject({ doubt: undefined, atTrap: false });
});

test("what follows the store is not taken for it, were it a store, too", () => {
  const found = findCulprit(codeOf([`${STORE} 66 ${STORE} ${RET}`]), write(2));
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], eax");
});

test("a repeated string instruction traps at itself until its last iteration", () => {
  const code = codeOf([`${NOP} ${FILL} ${RET}`]);
  const [during, last] = [findCulprit(code, write(1)), findCulprit(code, write(3))];
  expect(during.instruction).toEqual(last.instruction);
  expect(during).toMatchObject({ doubt: undefined, atTrap: true });
  expect(during.instruction?.string).toBe("repeated");
});

test("a store right before a repeated string instruction leaves a doubt", () => {
  const found = findCulprit(codeOf([`${STORE} ${FILL}`]), write(2));
  expect(found).toMatchObject({ doubt: "two" });
});

test("a write that traps at a function's first instruction is the return address of a call", () => {
  const code = codeOf([`${STORE} ${RET}`, `${NOP} ${RET}`]);
  expect(findCulprit(code, write(3))).toEqual({
    instruction: undefined,
    doubt: "led-here",
    atTrap: false,
  });
});

test("a function that begins with a string instruction is not entered by a call that wrote elsewhere", () => {
  const code = codeOf([RET, `${FILL} ${RET}`]);
  const trap = { ...write(1), onStackTop: false };
  expect(findCulprit(code, trap).instruction?.text).toContain("stosb");
  expect(findCulprit(code, { ...trap, onStackTop: true }).doubt).toBe("led-here");
});

test("a read that traps behind a call is the return to there", () => {
  const code = codeOf([`${CALL} ${NOP}`]);
  expect(findCulprit(code, { ...write(5), writesOnly: false }).doubt).toBe("led-here");
});

test("a load is the culprit of a watch for reads, and never of one for writes", () => {
  const code = codeOf([`${LOAD} ${NOP}`]);
  const read = findCulprit(code, { ...write(2), writesOnly: false });
  expect(read.instruction?.text).toBe("mov eax, dword ptr [rdi]");
  expect(findCulprit(code, write(2)).instruction).toBeUndefined();
});

test("a watch of execution traps at the instruction", () => {
  const found = findCulprit(codeOf([`${NOP} ${STORE}`]), { ...write(1), after: false });
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], eax");
});

test("without the function's start the instruction is found, and uncertain", () => {
  const code = codeOf([`${NOP.repeat(40)} ${STORE} ${RET}`], { known: false });
  const found = findCulprit(code, write(42));
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], eax");
  expect(found.doubt).toBe("start-unknown");
});

test("data between the function's start and the trap are told", () => {
  const code = codeOf([`eb 01 48 ${NOP.repeat(5)} 06`]); // 06 is no instruction in 64-bit mode
  expect(findCulprit(code, write(9)).doubt).toBe("misaligned");
});

test("code that was changed in memory is decoded as it is there, and uncertain", () => {
  const patch = "90 89 0f".replaceAll(" ", "");
  const found = findCulprit(codeOf([`${NOP} ${STORE} ${RET}`], { patch }), write(3));
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], ecx");
  expect(found.doubt).toBe("patched");
});

test("of a process that is gone the file's code is decoded", () => {
  const found = findCulprit(codeOf([`${NOP} ${STORE} ${RET}`], { memory: false }), write(3));
  expect(found.instruction?.text).toBe("mov dword ptr [rdi], eax");
  expect(found.doubt).toBeUndefined();
});

test("a glance never overlooks a string instruction or an entry, and lets most code pass", () => {
  const strings = ["f3 a4", "f3 48 a5", "f2 ae", "66 f3 ab", "f3 66 a7", "f3 67 48 aa", "f3 6d"];
  for (const text of strings) {
    const length = BigInt(text.split(" ").length);
    const code = codeOf([`${NOP.repeat(8)} ${text} ${NOP.repeat(8)}`]);
    expect(maySurprise(code, START + 8n), text).toBe(true);
    expect(maySurprise(code, START + 8n + length), text).toBe(true);
    const found = findCulprit(code, { ...write(8), writesOnly: false });
    expect(found.atTrap, text).toBe(true);
  }
  const plain = codeOf([`${NOP.repeat(8)} ${STORE} ${LOAD} ${CALL} ${NOP.repeat(8)}`, RET]);
  expect([8n, 10n, 12n, 17n].some((at) => maySurprise(plain, START + at))).toBe(false);
  expect(maySurprise(plain, START)).toBe(true);
  expect(maySurprise(plain, START + 25n)).toBe(true);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { load } from "../scenario/index.ts";
import { Orders } from "./orders.ts";
import { opName } from "./wire.ts";
import { AnswerReader, decodeAnswer } from "./wire-answer.ts";
import { checkOf } from "./wire-check.ts";
import { encodeRequest } from "./wire-request.ts";

const ANSWER = 0x92f3_7075_7070_6574n;
const HEADER = readFileSync(join(import.meta.dirname, "puppet", "wire.h"), "utf8");

test("the orders have the numbers that the puppet has", () => {
  const [, list = ""] = /enum op \{([\s\S]*?)\};/.exec(HEADER) ?? [];
  const names = list
    .replaceAll(/\/\*.*?\*\//g, "")
    .split(",")
    .map((name) => name.trim().toLowerCase().replaceAll("_", "-").replace(/^op-/, ""))
    .filter((name) => name !== "");
  expect(names.length).toBeGreaterThan(50);
  expect(names.map(opName)).toEqual(names);
});

function wordsOf(text: string, number: number): BigUint64Array {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  const [program] = loaded.value.programs;
  if (program === undefined) throw new Error("no program");
  const bytes = encodeRequest(new Orders(program, 2).request(), number, { tries: 5, seed: 9 });
  return new BigUint64Array(bytes.buffer);
}

test("a program is a head, its tasks, functions and orders, in words of 64 bits", () => {
  const words = wordsOf(
    "arch x86\nvar x 8\nfunc f does store x\nP: execute f\nP: store x = 5\n",
    7,
  );
  const [, , , number, size, orders, actors, tasks, functions, bodies, , , , online, tries, seed] =
    words;
  expect([number, orders, actors, tasks, functions, bodies]).toEqual([7n, 2n, 1n, 1n, 1n, 1n]);
  expect([online, tries, seed]).toEqual([2n, 5n, 9n]);
  expect(size).toBe(8n * (BigInt(words.length) - 16n));
  expect(size).toBe(8n * (3n + 2n + 3n * 25n));
});

test("the statements below a barrier are of the next phase", () => {
  const words = wordsOf("arch x86\nvar x 8\nP: store x\nbarrier\nP: store x\n", 1);
  const orderAt = (index: number) => 16 + 3 + index * 25;
  expect([words[orderAt(0) + 3], words[orderAt(1) + 3]]).toEqual([0n, 1n]);
});

/** An answer of one statement with two runs, the fate of one actor, and one observation. */
function answerBytes(number: bigint): Uint8Array {
  const words = new BigUint64Array(8 + 14 + 4 + 4 + 2);
  words.set([ANSWER, 0n, 0n, number, 24n * 8n, 0n, 3n, 16n]);
  words.set([2n, 3n, (2n << 32n) | 0n, 7n, (1n << 32n) | 1n, 28n], 8);
  words.set([3n, 9n, 0n, 0n, 42n], 22);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(new TextEncoder().encode("7;ouch\\x0aagain\n"), 30 * 8);
  words[2] = BigInt(checkOf(bytes.subarray(64)));
  words[1] = BigInt(checkOf(bytes.subarray(16, 64)));
  return bytes;
}

test("an answer gives each statement its runs, each task its fate, and the kernel's log", () => {
  const [raw] = [...new AnswerReader().read(answerBytes(1n))];
  if (raw === undefined || raw === "garbled") throw new Error("no answer");
  expect([raw.number, raw.status, raw.attempt]).toEqual([1, "done", 3]);
  const answer = decodeAnswer(raw, { orders: 1, actors: 1, observations: 1 });
  expect(answer.hung).toBe(false);
  expect(answer.results).toEqual([
    [
      { kind: "value", count: 2, value: 7 },
      { kind: "errno", count: 1, value: 28 },
    ],
  ]);
  expect(answer.fates).toEqual([{ fate: "killed", signal: 9, stopped: false }]);
  expect(answer.observed[0]?.value).toBe(42);
  expect(answer.log).toEqual(["ouch", "again"]);
});

test("answers are found among garbage, wherever it is cut", () => {
  const noise = new TextEncoder().encode("[ 12.3] a console's text\r\n");
  const all = Buffer.concat([noise, answerBytes(1n), noise, answerBytes(2n), noise]);
  fc.assert(
    fc.property(fc.array(fc.nat(all.length)), (cuts) => {
      const reader = new AnswerReader();
      const edges = [0, ...cuts.sort((a, b) => a - b), all.length];
      const found = edges.flatMap((from, index) => [
        ...reader.read(all.subarray(from, edges[index + 1] ?? from)),
      ]);
      expect(found.map((it) => (it === "garbled" ? it : it.number))).toEqual([1, 2]);
    }),
  );
});

test("an answer of which a byte was lost or changed is none, and the next ones are whole", () => {
  fc.assert(
    fc.property(fc.nat(32 * 8 - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = answerBytes(1n);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const lost = Uint8Array.from([...changed].toSpliced(at, 1));
      for (const broken of [changed, lost]) {
        const all = Buffer.concat([broken, answerBytes(2n), answerBytes(3n)]);
        const found = [...new AnswerReader().read(all)].filter((it) => it !== "garbled");
        expect(found.map(({ number }) => number)).toEqual([2, 3]);
      }
    }),
  );
});

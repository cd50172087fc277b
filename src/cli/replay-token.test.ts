import fc from "fast-check";
import { expect, test } from "vitest";
import type { Replayable } from "../check/index.ts";
import { decodeToken, encodeToken } from "./replay-token.ts";

const run: Replayable = {
  file: "race.scn",
  text: "arch powerpc-dawr design a\ncpus 1\nvar x 8\nP: open e write x # häufig\n",
  arch: "powerpc-dawr",
  design: "d",
  cpus: 1,
  without: ["tombstone"],
  moves: [
    { action: 3, choice: 0 },
    { action: 70_000, choice: 2 },
  ],
};

const replayable = fc.record({
  file: fc.string({ unit: "grapheme" }),
  text: fc.string({ unit: "grapheme", maxLength: 300 }),
  arch: fc.string(),
  design: fc.option(fc.string(), { nil: undefined }),
  cpus: fc.nat(8),
  without: fc.array(fc.string()),
  moves: fc.array(fc.record({ action: fc.nat(), choice: fc.nat(255) }), { maxLength: 300 }),
});

test("what a token was made of comes out of it", () => {
  fc.assert(
    fc.property(replayable, (it) => {
      const { design, ...rest } = decodeToken(encodeToken(it));
      expect({ ...rest, design }).toEqual({ ...it });
    }),
  );
});

test("a mail program that wraps the token does no harm", () => {
  const wrapped = encodeToken(run).replaceAll(/(.{20})/g, "$1\r\n  ");
  expect(decodeToken(wrapped)).toEqual(run);
});

test("every changed, missing or added letter is found out", () => {
  const token = encodeToken(run);
  const start = token.indexOf("-") + 1;
  for (let at = start; at < token.length - 1; at++) {
    const other = token[at] === "A" ? "B" : "A";
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    expect(() => decodeToken(changed)).toThrow("the token is damaged");
    expect(() => decodeToken(token.slice(0, at))).toThrow("the token is damaged");
  }
});

test.each([
  ["something else", "replay something else: it is no token"],
  ["trapline1-", "the token is damaged"],
  ["trapline9-AAAA", "the token is of version 9, this trapline's is 1"],
])("%s is refused with the reason", (token, text) => {
  expect(() => decodeToken(token)).toThrow(text);
});

test("a whole token that says something else is refused", () => {
  const odd = JSON.parse('{"file":1,"text":"","arch":"","cpus":1,"without":[],"moves":[]}');
  expect(() => decodeToken(encodeToken(odd))).toThrow("says nothing that can be replayed");
});

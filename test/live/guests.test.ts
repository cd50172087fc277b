import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import {
  compareReports,
  conformRandomly,
  GUEST_KINDS,
  isFetched,
  openTarget,
  type Pair,
  runBoth,
} from "../../src/conform/index.ts";
import { load } from "../../src/scenario/index.ts";

/** Starting one takes long on a busy computer: one stands for all here, the matrix has the others. */
const NAME = "ppc64le-6.12";
const FILES = ["h12-set-debugreg", "h16-range-aligned", "h2-dar-outside", "h3-two-addresses"];
const RANDOM_PROGRAMS = 20;
const SLOW_MS = 300_000;

const kind = GUEST_KINDS.find(({ name }) => name === NAME);
const here = kind !== undefined && isFetched(kind);
const why = here ? "" : ` (not here: trapline guest fetch ${NAME})`;
const pair: Pair | undefined = here
  ? [await openTarget("model"), await openTarget(`guest:${NAME}`)]
  : undefined;
afterAll(() => {
  for (const target of pair ?? []) target[Symbol.dispose]();
});

function opened(): Pair {
  if (pair === undefined) throw new Error("the guest is not there");
  return pair;
}

test.skipIf(!here)(
  `model and a real powerpc kernel agree on what they can both run${why}`,
  async () => {
    let compared = 0;
    for (const name of FILES) {
      const loaded = load(readFileSync(`scenarios/conformance/powerpc-${name}.scn`, "utf8"));
      if (!loaded.ok) throw new Error(loaded.error[0]?.message);
      for (const program of loaded.value.programs) {
        if (opened().some((target) => target.whyNot(program) !== undefined)) continue;
        const [one, other] = await runBoth(program, opened());
        expect(compareReports(one, other), name).toEqual([]);
        expect([one.ok, other.ok], name).toEqual([true, true]);
        compared++;
      }
    }
    expect(compared).toBe(FILES.length);
  },
  SLOW_MS,
);

test.skipIf(!here)(
  `random powerpc scenarios lead to the same on the model and on a real kernel${why}`,
  async () => {
    const options = { programs: RANDOM_PROGRAMS, seed: 1, onFinding: () => undefined };
    const result = await conformRandomly(opened(), { ...options, isOver: () => false });
    expect(result.programs).toBe(RANDOM_PROGRAMS);
    expect(result.findings.map(({ scenario }) => scenario)).toEqual([]);
  },
  SLOW_MS,
);

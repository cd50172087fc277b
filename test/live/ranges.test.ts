import fc from "fast-check";
import { afterAll, expect } from "vitest";
import { allOf, counted, requires, Target, Workshop, watching } from "./harness.ts";

const test = requires({ registers: 4 });
const workshop = new Workshop();
afterAll(() => workshop[Symbol.dispose]());

/** What a poke does: accesses, each of one part, or of one for each iteration of a string instruction. */
interface Poke {
  readonly text: string;
  readonly accesses: readonly (readonly Range[])[];
}

interface Range {
  readonly at: number;
  readonly length: number;
}

/** Where ranges and pokes lie: several lines of the cache, so that some miss each other. */
const ARENA = 48;

const times = fc.integer({ min: 1, max: 6 });
const places = fc.integer({ min: 0, max: ARENA });

const single = (letter: string, sizes: readonly number[]) =>
  fc.record({ at: places, length: fc.constantFrom(...sizes), times }).map(
    ({ at, length, times: n }): Poke => ({
      text: `${letter}${length}@${at}*${n}`,
      accesses: Array(n).fill([{ at, length }]),
    }),
  );

/** A string instruction that stores `count` elements of `width` bytes. */
const string = (letter: string, width: number) =>
  fc.record({ at: places, count: fc.integer({ min: 1, max: 20 }), times }).map(
    ({ at, count, times: n }): Poke => ({
      text: `${letter}${count * width}@${at}*${n}`,
      accesses: Array(n).fill(
        Array.from({ length: count }, (_, i) => ({ at: at + i * width, length: width })),
      ),
    }),
  );

const pokes = fc.array(
  fc.oneof(
    single("w", [1, 2, 4, 8]),
    single("v", [16]),
    single("a", [8]),
    string("s", 1),
    string("q", 8),
    single("r", [1, 2, 4, 8]).map((poke) => ({ ...poke, accesses: [] })),
  ),
  { minLength: 1, maxLength: 12 },
);

/** Ranges of 1 to 3 bytes more than a register: at most two registers each, so that two fit. */
const ranges = fc.array(
  fc.record({ at: places, length: fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 16) }),
  { minLength: 1, maxLength: 2 },
);

/** Registers for a range on x86: the fewest aligned powers of two, none above 8. */
function registersOf({ at, length }: Range): number {
  if (length === 0) return 0;
  const size = [8, 4, 2, 1].find((it) => at % it === 0 && it <= length) ?? 1;
  return 1 + registersOf({ at: at + size, length: length - size });
}

const touches = (a: Range, b: Range) => a.at < b.at + b.length && b.at < a.at + a.length;

test("any stores into any ranges: each access counts once for each range that it touches", async () => {
  const path = workshop.compile("pokes");
  const law = fc.asyncProperty(ranges, pokes, fc.boolean(), async (watches, done, perTask) => {
    fc.pre(watches.reduce((sum, it) => sum + registersOf(it), 0) <= 4);
    const accesses = done.flatMap((poke) => poke.accesses);
    const texts = done.map(({ text }) => text);
    await using target = await Target.start(path, texts);
    const where = watches.map(({ at, length }) => `${target.at("arena", at)}/${length}`);
    const arm = perTask ? "task" : "cpu";
    const watched = await watching({ target: { pids: [target.pid] }, where, arm }, () =>
      target.run(),
    );
    const seen = watches.map((_, i) => watched.hits.filter(({ watch }) => watch === i).length);
    const inside = watches.map((it) =>
      accesses
        .map((parts) => parts.filter((part) => touches(part, it)).length)
        .filter((n) => n > 0),
    );
    const expected = inside.map(({ length }) => length);
    expect(seen).toEqual(expected);
    expect(counted(watched)).toEqual(allOf(expected.reduce((sum, n) => sum + n, 0)));
    const repeats = watches.map((_, i) =>
      watched.hits.filter(({ watch }) => watch === i).map(({ repeat }) => repeat),
    );
    expect(repeats).toEqual(inside);
  });
  await fc.assert(law, { numRuns: 100 });
});

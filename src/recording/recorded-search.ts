import { amount, byName, fields, flag, listOf, oneOf, type Shaped, text, whole } from "./shape.ts";

// What searches through many programs leave behind, and races on real kernels.

/** What was to be explored. */
export const huntedShape = fields(
  {
    arch: text,
    without: listOf(text),
    tasks: whole,
    cpus: whole,
    events: whole,
    length: whole,
    words: listOf(text),
  },
  { design: text },
);
export type RecordedHunted = Shaped<typeof huntedShape>;

/** Of a program that was found to fail: which kind of failure it is, and how long it is. */
export const findingShape = fields({ number: whole, symptom: text, length: whole }, { file: text });
export type RecordedFinding = Shaped<typeof findingShape>;

/** The end of a search through all short programs. */
export const huntShape = fields(
  {
    findings: whole,
    /** By length: how many were explored, and of how many where somebody counted. */
    programs: listOf(fields({ length: whole, tried: whole }, { total: whole })),
    states: whole,
    transitions: whole,
    seconds: amount,
    /** How many programs ended at a bound, by bound. */
    bounded: byName(whole),
    cut: whole,
    shard: text,
    settled: flag,
    detours: flag,
  },
  {
    ended: oneOf("states", "seconds", "interrupted"),
    /** How many programs came to their end only because they were reduced. */
    reduced: whole,
  },
);
export type RecordedHunt = Shaped<typeof huntShape>;

const outcomeShape = fields(
  {
    lines: listOf(fields({ line: whole, text, seen: text, ok: flag }, {})),
    ok: flag,
    hung: flag,
    unexplained: listOf(text),
    count: whole,
    firstSeed: whole,
  },
  {},
);

/** Of a program whose actors were let loose at once on a real kernel. */
export const provokedShape = fields(
  {
    seed: whole,
    tries: whole,
    seconds: amount,
    outcomes: listOf(outcomeShape),
    complaints: listOf(fields({ seed: whole, log: listOf(text) }, {})),
  },
  { broken: text },
);
export type RecordedProvoked = Shaped<typeof provokedShape>;

/**
 * What a record is, the first of its numbers; the second is its length. Numbers keep their meaning
 * for ever, and a reader passes over those that it does not know.
 */
export const RECORD = {
  /** A number and UTF-8: the table of texts. */
  text: 1,
  header: 2,
  /** A number and a value: the tables of threads, frames, sites and call chains. */
  thread: 3,
  frame: 4,
  site: 5,
  stack: 6,
  /** How many, and so many packed hits. */
  hits: 7,
  life: 8,
  switch: 9,
  loss: 10,
  window: 11,
  summary: 12,
  program: 13,
  step: 14,
  verdict: 15,
  pointer: 16,
  source: 17,
  /** What all programs together came to that were explored. */
  hunt: 18,
} as const;

/** Mutants that do the same as what they were made from, and why; by their text. */
export const EQUIVALENT: Readonly<Record<string, string>> = {};

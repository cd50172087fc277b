/** Why there is no debug info, or not all of it. */
export type DebugProblem =
  | { readonly kind: "no-libdw" }
  /** The file has none. */
  | { readonly kind: "none" }
  /** It cannot be read. */
  | { readonly kind: "broken"; readonly what: string }
  /** It is split off, and these units of it are nowhere. */
  | { readonly kind: "split"; readonly missing: number; readonly first: string }
  /** It is in a package of split debug info, which this libdw does not read. */
  | { readonly kind: "package"; readonly path: string; readonly version: string };

/** As part of a sentence. */
export function problemText(object: string, problem: DebugProblem): string {
  switch (problem.kind) {
    case "no-libdw":
      return "no libdw";
    case "none":
      return `no debug info in ${object}`;
    case "broken":
      return `the debug info of ${object} is broken (${problem.what})`;
    case "split": {
      const { missing, first } = problem;
      const others = missing > 1 ? ` and ${missing - 1} more` : "";
      return `the debug info of ${object} is split off, and not found: ${first}${others}`;
    }
    case "package":
      return `the debug info of ${object} is in ${problem.path}, which libdw reads from 0.191 on (this is ${problem.version})`;
  }
}

import type { Position } from "./ast.ts";

/** How many are handed out at a time: after the first dozen nobody reads on. */
export const MAX_DIAGNOSTICS = 50;

/** What is wrong with a scenario, and where. A warning does not keep it from being run. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly at: Position;
  readonly message: string;
}

/** Two lines under the usual `file:line:column:`, so that editors can jump to the place. */
export function formatDiagnostic(diagnostic: Diagnostic, file: string, text: string): string {
  const { severity, at, message } = diagnostic;
  const source = (text.split("\n")[at.line - 1] ?? "").replace(/\s/g, " ").trimEnd();
  const gutter = String(at.line).padStart(4);
  return [
    `${file}:${at.line}:${at.column}: ${severity}: ${message}`,
    `${gutter} | ${source}`,
    `${" ".repeat(gutter.length)} | ${" ".repeat(at.column - 1)}^`,
  ].join("\n");
}

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** `; did you mean "write"?` where one of the words is near, else nothing. */
export function suggestion(word: string, words: Iterable<string>): string {
  const near = nearest(word, words);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** The word with the fewest edits, if that is at most one edit in three letters. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const limit = Math.floor(word.length / 3);
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const candidate of words) {
    if (candidate === word || Math.abs(candidate.length - word.length) > limit) continue;
    const edits = editDistance(word, candidate);
    if (edits <= limit && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { word: candidate, edits };
    }
  }
  return best?.word;
}

/** Insertions, deletions, replacements, and swaps of neighbours; two exchanged letters are one slip. */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + same,
          swapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

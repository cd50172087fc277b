import { type Block, blockAt } from "./blocks.ts";

/** What a key asks for. */
export type Wish =
  | { readonly kind: "go"; readonly step: number }
  | { readonly kind: "fold" | "fold-all" | "order" | "help" };

/** What there is to step through. */
export interface Walk {
  readonly at: number;
  readonly blocks: readonly Block[];
  readonly lost: number;
  readonly failing: number;
  readonly count: number;
}

/** The keys and what they do, as the page tells them. */
export const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["←", "→"], "a step back, a step on (also ↑ ↓, p n, k j)"],
  [["b", "w"], "to the kernel function before, to the next one (also Page Up, Page Down)"],
  [["Home", "End"], "first and last step"],
  [["x"], "where it is lost or becomes dangling"],
  [["e"], "where it fails"],
  [["f"], "fold or unfold the function"],
  [["F"], "fold or unfold all"],
  [["o"], "the order with the fewest switches, or as it was found"],
  [["?"], "show or hide these keys"],
];

const BACK = new Set(["ArrowLeft", "ArrowUp", "p", "k"]);
const ON = new Set(["ArrowRight", "ArrowDown", "n", "j"]);
const BLOCK_BACK = new Set(["b", "PageUp"]);
const BLOCK_ON = new Set(["w", "PageDown"]);

/** What a key means here; undefined: nothing. */
export function wishOf(key: string, walk: Walk): Wish | undefined {
  const { at, blocks, lost, failing, count } = walk;
  const go = (step: number): Wish => ({
    kind: "go",
    step: Math.max(0, Math.min(count - 1, step)),
  });
  const block = blockAt(blocks, at);
  if (BACK.has(key)) return go(at - 1);
  if (ON.has(key)) return go(at + 1);
  if (BLOCK_ON.has(key)) return go(blocks[block + 1]?.from ?? at);
  if (BLOCK_BACK.has(key)) {
    const own = blocks[block]?.from ?? 0;
    return go(at > own ? own : (blocks[block - 1]?.from ?? 0));
  }
  if (key === "Home") return go(0);
  if (key === "End") return go(count - 1);
  if (key === "x" && lost >= 0) return go(lost);
  if (key === "e" && failing >= 0) return go(failing);
  if (key === "f") return { kind: "fold" };
  if (key === "F") return { kind: "fold-all" };
  if (key === "o") return { kind: "order" };
  return key === "?" ? { kind: "help" } : undefined;
}

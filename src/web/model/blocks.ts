import type { RecordedStep } from "../../recording/index.ts";

/** Consecutive steps of one task in one kernel function on one processor. */
export interface Block {
  /** The first step and the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly cpu: number;
  readonly task: string;
  readonly fn: string;
}

/** Folds steps into blocks, which keep their order; `apart` are steps that begin and end one. */
export function blocksOf(
  steps: readonly RecordedStep[],
  apart: ReadonlySet<number>,
): readonly Block[] {
  const blocks: Block[] = [];
  for (const [at, { cpu, task, fn }] of steps.entries()) {
    const last = blocks.at(-1);
    const isSame = last?.cpu === cpu && last.task === task && last.fn === fn;
    const goesOn = isSame && !apart.has(at) && !apart.has(at - 1);
    if (goesOn) blocks[blocks.length - 1] = { ...last, to: at + 1 };
    else blocks.push({ from: at, to: at + 1, cpu, task, fn });
  }
  return blocks;
}

/** What stands in a line of the list: a block that is folded, its head when it is not, or a step. */
export type Row =
  | { readonly kind: "block"; readonly block: number; readonly isOpen: boolean }
  | { readonly kind: "step"; readonly block: number; readonly step: number };

export function rowsOf(blocks: readonly Block[], open: ReadonlySet<number>): readonly Row[] {
  return blocks.flatMap(({ from, to }, block): Row[] => {
    const isOpen = open.has(block) && to - from > 1;
    const head: Row = { kind: "block", block, isOpen };
    if (!isOpen) return [head];
    const steps = Array.from({ length: to - from }, (_, index) => from + index);
    return [head, ...steps.map((step): Row => ({ kind: "step", block, step }))];
  });
}

/** The block of a step. */
export function blockAt(blocks: readonly Block[], step: number): number {
  return blocks.findLastIndex(({ from }) => from <= step);
}

/** The line that shows a step: its own, or that of the block that it is folded into. */
export function rowOf(rows: readonly Row[], blocks: readonly Block[], step: number): number {
  const own = rows.findIndex((row) => row.kind === "step" && row.step === step);
  if (own >= 0) return own;
  const block = blockAt(blocks, step);
  return rows.findIndex((row) => row.block === block);
}

import type { Recording } from "../../recording/index.ts";
import { formatCount } from "../../wording/index.ts";
import type { Span } from "./span.ts";

/** A time of which the recording does not have everything. */
export interface Band extends Span {
  readonly kind: "loss" | "window";
  readonly text: string;
}

/** Losses, and times in which nothing was watched. */
export function bandsOf({ hits, losses, windows }: Recording): readonly Band[] {
  const since = (time: bigint) => Number(time - hits.since);
  return [
    ...losses.map(({ from, to, count }): Band => {
      const text = `${formatCount(count)} ${count === 1n ? "hit" : "hits"} lost`;
      return { kind: "loss", text, from: since(from), to: since(to) };
    }),
    ...windows.map(({ from, to, why }): Band => {
      return { kind: "window", text: `not watched: ${why}`, from: since(from), to: since(to) };
    }),
  ].sort((a, b) => a.from - b.from);
}

import type { Move } from "../explore/index.ts";
import type { Program } from "../scenario/index.ts";

/** A run of a program: all that another computer needs to do it again, step by step. */
export interface Replayable {
  readonly file: string;
  /** The scenario itself, so that the file need not be at hand. */
  readonly text: string;
  /** Which of the scenario's programs, and the design that it was checked with. */
  readonly arch: string;
  readonly design: string | undefined;
  readonly cpus: number;
  readonly without: readonly string[];
  readonly moves: readonly Move[];
}

export function replayableOf(
  file: string,
  { text, program, moves }: { text: string; program: Program; moves: readonly Move[] },
): Replayable {
  const { arch, design, cpus } = program.machine;
  return { file, text, arch, design, cpus, without: program.withoutFixes, moves };
}

/** The run as it stands in a token before it is deflated: action and choice of each move in turn. */
export function replayableJson({ moves, ...rest }: Replayable): string {
  const flat = moves.flatMap(({ action, choice }) => [action, choice]);
  return JSON.stringify({ ...rest, moves: flat });
}

/** The run of such a text; undefined if it says nothing that can be replayed. */
export function parseReplayable(json: string): Replayable | undefined {
  const it = parsed(json);
  if (!isPacked(it)) return undefined;
  const { moves, ...rest } = it;
  const pairs = moves.flatMap((action, at) =>
    at % 2 === 0 ? [{ action, choice: moves[at + 1] ?? 0 }] : [],
  );
  return { ...rest, moves: pairs };
}

/** Its checksum may be right, but whoever made it may have packed anything. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

type Packed = Omit<Replayable, "moves"> & { readonly moves: readonly number[] };

/** Whoever made it may be anybody, so nothing in it is taken for granted. */
function isPacked(it: unknown): it is Packed {
  if (typeof it !== "object" || it === null) return false;
  const { file, text, arch, cpus, without, moves, design }: Partial<Record<string, unknown>> = {
    ...it,
  };
  return (
    [file, text, arch].every((one) => typeof one === "string") &&
    (design === undefined || typeof design === "string") &&
    typeof cpus === "number" &&
    isListOf(without, "string") &&
    isListOf(moves, "number")
  );
}

function isListOf(it: unknown, type: "string" | "number"): boolean {
  return Array.isArray(it) && it.every((one) => typeof one === type);
}

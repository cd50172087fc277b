import { FIXES, isFixId } from "../kernel/index.ts";
import {
  ARCH_NAMES,
  DESIGN_NAMES,
  isWordGroup,
  type ShortBounds,
  type ShortMachine,
  WORD_GROUPS,
  type WordGroup,
} from "../scenario/index.ts";
import type { HuntOptions } from "./explore-hunt.ts";
import { parseChoice, parseCount, parseDuration } from "./parse.ts";
import { UsageError } from "./usage-error.ts";

export interface ExploreFlags {
  readonly arch: string;
  readonly design?: string;
  readonly without?: string;
  readonly tasks: string;
  readonly cpus: string;
  readonly events: string;
  readonly length: string;
  readonly words?: string;
  readonly except?: string;
  readonly settled?: boolean;
  readonly detours?: boolean;
  readonly reduce: boolean;
  readonly states: string;
  readonly time?: string;
  readonly memory: string;
  readonly allStates?: string;
  readonly allTime?: string;
  readonly shard?: string;
  readonly out?: string;
  readonly trace?: boolean;
  readonly traceFile?: string;
  readonly json?: boolean;
}

const MOST = { tasks: 4, cpus: 4, events: 4, length: 12 } as const;

type Wanted = Omit<HuntOptions, "watch" | "onFinding" | "onProgress">;

/** What is to be explored, from what was said. Throws the UsageError. */
export function huntOptionsOf(flags: ExploreFlags): Wanted {
  const bounds = boundsOf(flags);
  const { states, time, memory, allStates, allTime } = flags;
  return {
    ...bounds,
    length: atMost(flags, "length"),
    machine: machineOf(flags, bounds.arch),
    shard: shardOf(flags.shard ?? "1/1"),
    settled: flags.settled === true,
    detours: flags.detours === true,
    reduce: flags.reduce,
    limits: {
      states: parseCount("--states", states, 1),
      ...(time === undefined ? {} : { seconds: parseDuration("--time", time) / 1000 }),
      bytes: parseCount("--memory", memory, 1) * 2 ** 20,
    },
    totals: {
      states:
        allStates === undefined
          ? Number.POSITIVE_INFINITY
          : parseCount("--all-states", allStates, 1),
      seconds:
        allTime === undefined
          ? Number.POSITIVE_INFINITY
          : parseDuration("--all-time", allTime) / 1000,
    },
  };
}

function boundsOf(flags: ExploreFlags): ShortBounds {
  const all = Object.keys(WORD_GROUPS).filter(isWordGroup);
  const only = groupsOf("--words", flags.words) ?? all;
  const except = groupsOf("--except", flags.except) ?? [];
  return {
    arch: parseChoice("--arch", flags.arch, ARCH_NAMES),
    tasks: atMost(flags, "tasks"),
    cpus: atMost(flags, "cpus"),
    events: atMost(flags, "events"),
    words: new Set(only.filter((it) => !except.includes(it))),
  };
}

function groupsOf(flag: string, list: string | undefined): readonly WordGroup[] | undefined {
  return list?.split(",").map((name) => {
    if (isWordGroup(name)) return name;
    const groups = Object.keys(WORD_GROUPS).join(", ");
    throw new UsageError(`${flag} ${name}: no such words: there are ${groups}`);
  });
}

function atMost(flags: ExploreFlags, what: keyof typeof MOST): number {
  const value = parseCount(`--${what}`, flags[what], 1);
  if (value <= MOST[what]) return value;
  throw new UsageError(`--${what} ${value}: more than can be explored: at most ${MOST[what]}`);
}

function machineOf(
  { design, without }: ExploreFlags,
  arch: ShortBounds["arch"],
): Omit<ShortMachine, "cpus"> {
  if (design !== undefined && !arch.startsWith("powerpc"))
    throw new UsageError(`--design ${design}: it is for powerpc, not for ${arch}`);
  return {
    arch,
    design: design === undefined ? undefined : parseChoice("--design", design, DESIGN_NAMES),
    withoutFixes: without?.split(",").map(fixOf) ?? [],
  };
}

function fixOf(name: string): string {
  if (isFixId(name)) return name;
  throw new UsageError(`--without ${name}: the model knows no such fix: ${Object.keys(FIXES)}`);
}

/** `2/8`: the second of eight parts. */
function shardOf(text: string): { index: number; of: number } {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const index = Number(part) - 1;
  const of = Number(parts);
  if (index >= 0 && index < of) return { index, of };
  throw new UsageError(`--shard ${text}: not a part such as 2/8, the second of eight`);
}

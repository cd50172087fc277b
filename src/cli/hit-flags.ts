import type { Command } from "commander";
import type { WatchOptions } from "../watch/index.ts";
import { parseCount, parseNames, parseShare } from "./parse.ts";
import { UsageError } from "./usage-error.ts";

/** The flags about which hits are wanted, as commander hands them over. */
export interface HitFlags {
  readonly if?: string;
  readonly filter?: string;
  readonly unlessFrom?: readonly string[];
  readonly changes?: boolean;
  readonly values?: boolean;
  readonly ignore?: string;
  readonly every?: string;
  readonly count?: string;
  readonly maxRate?: string;
  readonly maxOverhead?: string;
  readonly stop?: boolean;
  readonly failOnHit?: boolean;
  readonly failOnNoHit?: boolean;
}

/** What `--help` adds about them. */
export const CONDITION_HELP = `
EXPR is over value and old (the watched bytes behind this access and behind the
one before), tid, pid, cpu, comm, kernel (the kernel made the access), ip and
"ip in FUNCTION", with integers (12, 0x1f, 'a'), + - * / % << >> & | ^ ~,
comparisons, && || ! and parentheses. It is decided in the trap where eBPF is
permitted; the result says where it was. --ignore and --every count what is left
in the order of time over all CPUs, and so only when the hits are read.
`;

/** Adds the flags about which hits are wanted. */
export function addHitFlags(command: Command): Command {
  return command
    .option("--values", "values of each hit, new and old: as --log and --json have")
    .option("--no-values", "leave them out")
    .option("--if <EXPR>", "keep only hits for which EXPR holds: see below")
    .option("--filter <EXPR>", "the same, as perf calls it")
    .option("--unless-from <FUNC,...>", "leave out hits by these functions", collectNames)
    .option("--changes", "leave out hits that left the value as it was")
    .option("--ignore <N>", "leave out the first N hits")
    .option("--every <N>", "keep one hit in N")
    .option("-c, --count <N>", "the same, as perf calls it")
    .option("--max-rate <N>", "keep at most N hits in a second")
    .option("--max-overhead <SHARE>", "disarm for a while when traps take more: 2%")
    .option("--stop", "stop the process (SIGSTOP) at the first hit, and end")
    .option("--fail-on-hit", "end with status 1 if there was a hit")
    .option("--fail-on-no-hit", "end with status 1 if there was none");
}

/** The same as options of the library. Throws UsageError. */
export function toHitOptions(flags: HitFlags): Partial<WatchOptions> {
  if (flags.failOnHit === true && flags.failOnNoHit === true) {
    throw new UsageError("watch: --fail-on-hit and --fail-on-no-hit: give one of them");
  }
  const { ignore, maxRate, maxOverhead } = flags;
  const condition = either("--if", flags.if, "--filter", flags.filter);
  const every = either("--every", flags.every, "--count", flags.count);
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(flags.unlessFrom === undefined ? {} : { unlessFrom: flags.unlessFrom }),
    ...(flags.changes === true ? { changes: true } : {}),
    ...(flags.values === undefined ? {} : { values: flags.values }),
    ...(ignore === undefined ? {} : { ignore: parseCount("--ignore", ignore, 0) }),
    ...(every === undefined ? {} : { every: parseCount("--every", every, 1) }),
    ...(maxRate === undefined ? {} : { maxRate: parseCount("--max-rate", maxRate, 1) }),
    ...(maxOverhead === undefined
      ? {}
      : { maxOverhead: parseShare("--max-overhead", maxOverhead) }),
    ...(flags.stop === true ? { stop: true } : {}),
  };
}

/** Two names of one flag. */
function either(
  name: string,
  value: string | undefined,
  other: string,
  otherValue: string | undefined,
): string | undefined {
  if (value === undefined || otherValue === undefined) return value ?? otherValue;
  throw new UsageError(`watch: ${name} and ${other} mean the same: give one of them`);
}

function collectNames(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...parseNames("--unless-from", value)];
}

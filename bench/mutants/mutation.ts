import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const SOURCE = new URL("../../src/", import.meta.url);
const KERNEL = new URL("kernel/", SOURCE);

/**
 * Left out: how the model is run, shown and checked; argument checks and calls that only read, of
 * which no property speaks, but the scenarios' results; the debugger's interface, for the same reason.
 */
const LEFT_OUT = new RegExp(
  [
    ...["test", "reduce/", "symmetry/", "records/", "designs/(index|on-cpu|powerpc-design)"],
    ...[
      "explorable",
      "describe",
      "observe",
      "references",
      "at-rest",
      "promises",
      "leaks",
      "end-state",
      "symptom",
    ],
    ...["random", "kunit", "linear-slots", "index", "boot", "sequential", "program", "kernel\\.ts"],
    ...["object-changes", "outcome", "signal-names", "op\\.ts", "fixes", "historic", "change-pc"],
    ...["open-checks", "look", "event-read", "ptrace", "task-syscalls", "address-space", "parsed"],
  ].join("|"),
);
/** Lines that put a historical bug back, or that note what the properties are about. */
const OF_THE_CHECKS =
  /lacks\(|owed|Owed|noteDue|noteCounted|check\w*Access|ENDLESS|warnOn|noteCount/;

const WRITES = /^\s+(?:[\w.]+\??\.)(set|add|remove|clear|copy|wipe|free)\(.*\);$/;
const CALLS =
  /^\s+(k\.unlock|k\.putTask|putCtx|putEvent|uncloneCtx|eventSchedOut|listDelEvent|removeFromContext|disarm|arm|forget|rearm\w*|ctxSched\w+|ctxResched|detachFromGroup|perfEventWakeup|perfEventSchedIn|queue\w+|perfEventDisable\w*|sendSignal\w*|forceSigtrap|addEventToCtx|cancel|startPeriod|beginPeriod|toggleRegisters|hwBreakpointDel)\(.*\);$/;

/** One statement of the model that says something else. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** All of a file's mutants in turn with the other files', so that each file has its share of the first. */
export function allMutants(): readonly Mutant[] {
  const files = globSync("**/*.ts", { cwd: fileURLToPath(KERNEL) })
    .filter((file) => !LEFT_OUT.test(file))
    .sort();
  const left = files.map(mutantsIn);
  const all: Mutant[] = [];
  // The next one is of the file of which the smallest share has been taken.
  const sizes = left.map((it) => it.length);
  for (let total = sizes.reduce((sum, it) => sum + it, 0); total > 0; total--) {
    let file = -1;
    for (const [index, it] of left.entries()) {
      if (it.length > 0 && (file < 0 || shareOf(index) < shareOf(file))) file = index;
    }
    const of = left[file] ?? [];
    // From all over the file, and the same ones each time.
    all.push(...of.splice((of.length * 7) % 5 === 0 ? 0 : Math.floor(of.length / 2), 1));
  }
  return all;

  function shareOf(file: number): number {
    const size = sizes[file] ?? 1;
    return (size - (left[file]?.length ?? 0) + 0.5) / size;
  }
}

function mutantsIn(file: string): Mutant[] {
  const lines = readFileSync(new URL(file, KERNEL), "utf8").split("\n");
  return lines.flatMap((before, line) => {
    const after = OF_THE_CHECKS.test(before) ? undefined : changed(before);
    return after === undefined || after === before ? [] : [{ file, line, before, after }];
  });
}

/** A statement is left out, a condition turned round, a lock not taken. */
function changed(line: string): string | undefined {
  if (/\.lock\(/.test(line)) return line.replace(/k\.machine\.lock\(.*\) \?/, "true ?");
  if (WRITES.test(line) || CALLS.test(line)) return line.replace(/\S.*/, ";");
  if (!/^\s+(?:\} else )?if \(/.test(line)) return undefined;
  for (const [is, opposite] of OPPOSITES) {
    if (line.includes(is)) return line.replace(is, opposite);
  }
  if (/^\s+(?:\} else )?if \(!/.test(line)) return line.replace("if (!", "if (");
  return line.replace(/if \(([\w.]+\([^()]*\))\)/, "if (!$1)");
}

const OPPOSITES = [
  [" === ", " !== "],
  [" !== ", " === "],
  [" >= ", " < "],
  [" <= ", " > "],
  [" > ", " <= "],
  [" < ", " >= "],
] as const;

export function textOf({ file, before, after }: Mutant): string {
  const is = after.trim();
  return `${file}: ${before.trim()} → ${is === ";" ? "nothing" : is}`;
}

let current: { readonly mutant: Mutant | undefined; readonly number: number } | undefined;

/** From the next import on, modules of the project are read anew, one with a mutant in it. */
export function mutate(mutant: Mutant | undefined, number: number): string {
  if (current === undefined) hook();
  current = { mutant, number };
  return `?mutant=${number}`;
}

function hook(): void {
  registerHooks({
    // A module has the number of whoever asks for it: so all that one run loads is its own.
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const number = context.parentURL?.match(/\?mutant=\d+$/)?.[0];
      const isOurs = resolved.url.startsWith(SOURCE.href) && !resolved.url.includes("?");
      return number !== undefined && isOurs
        ? { ...resolved, url: `${resolved.url}${number}` }
        : resolved;
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mutant = current?.mutant;
      if (mutant === undefined) return loaded;
      if (url !== `${new URL(mutant.file, KERNEL).href}?mutant=${current?.number}`) return loaded;
      const lines = readFileSync(new URL(mutant.file, KERNEL), "utf8").split("\n");
      lines[mutant.line] = mutant.after;
      return { ...loaded, source: lines.join("\n") };
    },
  });
}

import type { WatchOptions, WatchTarget } from "../watch/index.ts";
import { FIELDS } from "./fields.ts";
import { findProcesses } from "./find-process.ts";
import { type HitFlags, toHitOptions } from "./hit-flags.ts";
import {
  parseChoice,
  parseCount,
  parseCpus,
  parseDuration,
  parseIds,
  parsePort,
  parseSize,
} from "./parse.ts";
import type { Display } from "./run-watch.ts";
import { UsageError } from "./usage-error.ts";
import { wantsColor } from "./wants-color.ts";

/** The flags of `trapline watch`, as commander hands them over. */
export interface WatchFlags extends HitFlags {
  readonly pid?: string;
  readonly tid?: string;
  readonly allCpus?: boolean;
  readonly cpu?: string;
  readonly event?: readonly string[];
  readonly children: boolean;
  readonly inherit: boolean;
  readonly kernel: boolean;
  readonly stack?: boolean;
  readonly stackBytes?: string;
  readonly callGraph?: string;
  readonly log?: boolean;
  readonly json?: boolean;
  readonly format?: string;
  readonly output?: string;
  readonly ui?: boolean;
  readonly port?: string;
  readonly switchEvents?: boolean;
  readonly fields?: string;
  readonly dryRun?: boolean;
  readonly list?: string;
  readonly maxHits?: string;
  readonly timeout?: string;
  readonly arm: string;
  readonly ring?: string;
  readonly exitCode: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: string;
}

/** What is to be watched, for the library. Throws UsageError. */
export function toOptions(
  where: readonly string[],
  flags: WatchFlags,
  launch: readonly string[] | undefined,
): WatchOptions {
  const all = [...where, ...(flags.event ?? [])];
  if (flags.switchEvents === true && flags.output === undefined)
    throw new UsageError("watch: --switch-events: they go into a recording: give -o FILE, too");
  return {
    target: toTarget(flags, launch),
    where: all.map(withoutChange),
    children: flags.children && flags.inherit,
    kernel: flags.kernel,
    arm: parseChoice("--arm", flags.arm, ["auto", "cpu", "task"]),
    ...(flags.cpu === undefined ? {} : { cpus: parseCpus("-C", flags.cpu) }),
    ...toStackOptions(flags),
    ...toHitOptions(flags),
    ...(onlyChanges(all) ? { changes: true } : {}),
    ...(flags.switchEvents === true ? { switchEvents: true } : {}),
    ...(flags.maxHits === undefined ? {} : { maxHits: parseCount("--max-hits", flags.maxHits, 1) }),
    ...(flags.timeout === undefined
      ? {}
      : { timeoutMs: parseDuration("--timeout", flags.timeout) }),
    ...(flags.ring === undefined ? {} : { ringBytes: parseSize("--ring", flags.ring) }),
  };
}

function toTarget(flags: WatchFlags, launch: readonly string[] | undefined): WatchTarget {
  const targets: WatchTarget[] = [];
  if (flags.pid !== undefined) targets.push({ pids: findProcesses(flags.pid) });
  if (flags.tid !== undefined) targets.push({ tids: parseIds("-t", flags.tid) });
  if (flags.allCpus === true) targets.push({ allCpus: true });
  if (launch !== undefined) targets.push({ command: launch });
  const [target] = targets;
  if (target === undefined) {
    throw new UsageError("watch: no target: give -p PID, -t TID, -a, or -- CMD ARGS");
  }
  if (targets.length > 1) {
    throw new UsageError("watch: more than one target: give one of -p, -t, -a and -- CMD");
  }
  return target;
}

/** `-g`, or as perf says it: `--call-graph dwarf,8192`. */
function toStackOptions({ stack, stackBytes, callGraph }: WatchFlags): Partial<WatchOptions> {
  const [how = "", size, ...rest] = callGraph?.split(",") ?? [];
  if (callGraph !== undefined) parseChoice("--call-graph", how, ["dwarf", "fp", "none"]);
  if (rest.length > 0 || (size !== undefined && how !== "dwarf")) {
    throw new UsageError(`--call-graph ${callGraph}: try fp, dwarf, dwarf,SIZE or none`);
  }
  if (callGraph === "none") return { stack: false };
  if (stack !== true && callGraph === undefined) return {};
  const bytes = size ?? stackBytes;
  const flag = size === undefined ? "--stack-bytes" : "--call-graph";
  return {
    stack: true,
    ...(how === "fp" ? { callGraph: "fp" } : {}),
    ...(bytes === undefined ? {} : { stackBytes: parseSize(flag, bytes, 8) }),
  };
}

const CHANGE = /:change$/;

/** `counter:change` is `counter:w`, and of its hits those that changed it. */
function withoutChange(where: string): string {
  return where.replace(CHANGE, ":w");
}

function onlyChanges(wheres: readonly string[]): boolean {
  const some = wheres.find((where) => CHANGE.test(where));
  const other = wheres.find((where) => !CHANGE.test(where));
  if (some === undefined || other === undefined) return some !== undefined;
  throw new UsageError(`watch: ${some} beside ${other}: give :change to all, or to none`);
}

/** How it is to be shown. Throws UsageError. */
export function toDisplay(flags: WatchFlags): Display {
  const form = formOf(flags);
  const color = parseChoice("--color", flags.color, ["auto", "always", "never"]);
  return {
    form,
    fields: flags.fields === undefined ? undefined : parseFields(form, flags.fields),
    stack: flags.stack === true || (flags.callGraph ?? "none") !== "none",
    quiet: flags.quiet === true,
    verbose: flags.verbose === true,
    failOn: flags.failOnHit === true ? "hit" : flags.failOnNoHit === true ? "no-hit" : undefined,
    color: color === "auto" ? wantsColor() : color === "always",
    recordTo: flags.output,
    page: flags.ui === true ? { port: parsePort(flags.port) } : undefined,
    ownStatus: parseChoice("--exit-code", flags.exitCode, ["command", "tool"]) === "tool",
  };
}

const FORMS = ["table", "log", "json"] as const;

function formOf({ log, json, format }: WatchFlags): Display["form"] {
  const forms = new Set<Display["form"]>([
    ...(log === true ? (["log"] as const) : []),
    ...(json === true ? (["json"] as const) : []),
    ...(format === undefined ? [] : [parseChoice("--format", format, FORMS)]),
  ]);
  const [form = "table", other] = forms;
  if (other === undefined) return form;
  throw new UsageError("watch: --log, --json and --format: give one of them");
}

function parseFields(form: Display["form"], text: string): readonly string[] {
  const names = text.split(",");
  if (form !== "json") for (const name of names) parseChoice("-F", name, FIELDS[form]);
  return names;
}

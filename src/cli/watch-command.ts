import type { Command } from "commander";
import type { WatchOptions, WatchTarget } from "../watch/index.ts";
import { addHitFlags, CONDITION_HELP, type HitFlags, toHitOptions } from "./hit-flags.ts";
import { parseChoice, parseCount, parseDuration, parseIds, parseSize } from "./parse.ts";
import { type Display, runWatch } from "./run-watch.ts";
import { UsageError } from "./usage-error.ts";
import { wantsColor } from "./wants-color.ts";

/** The flags of `trapline watch`, as commander hands them over. */
interface WatchFlags extends HitFlags {
  readonly pid?: string;
  readonly tid?: string;
  readonly allCpus?: boolean;
  readonly event: readonly string[];
  readonly children: boolean;
  readonly inherit: boolean;
  readonly kernel: boolean;
  readonly stack?: boolean;
  readonly stackBytes?: string;
  readonly log?: boolean;
  readonly json?: boolean;
  readonly output?: string;
  readonly list?: string;
  readonly maxHits?: string;
  readonly timeout?: string;
  readonly arm: string;
  readonly ring?: string;
  readonly exitCode: string;
  readonly quiet?: boolean;
  readonly color: string;
}

const AFTER_HELP = `${CONDITION_HELP}
WHERE is ADDR[/LEN][:MODE] or [OBJECT:|FILE:]EXPR[/LEN][:MODE]; an address is
hex. EXPR names a variable as C does: counter, conn.state, table[3].state,
cfg->limit (the pointer is followed once, when armed), *(uint32_t*)0x7f00,
@ptr+16 (bytes behind what ptr points to), ns::Class::member. Its type gives the
length; without debug info a name is an ELF symbol. MODE is r, w, rw or x; w if
not given. perf's mem:ADDR/LEN:MODE and bpftrace's watchpoint:ADDR:LEN:MODE mean
the same.

Exit status: 0, or that of the command launched; 1 it failed, or as --fail-on-
hit and --fail-on-no-hit say; 2 wrong usage; 126 the command cannot be run; 127
it was not found. Ctrl-C ends the watch and prints what was found; a second one
leaves at once.

Examples:
  trapline watch -p 1234 counter            who writes counter?
  trapline watch -p 1234 0x404100/8:rw      who reads or writes these 8 bytes?
  trapline watch -p 1234 libfoo.so:state --log -g
                                            each hit as it happens, with stack
  trapline watch -p 1234 'cfg->limit' conn.c:state
                                            a member, and a static variable
  trapline watch -p 1234 --list 'conn*'     what can be named?
  trapline watch -p 1234 main:x --max-hits 1
                                            wait until main is executed
  trapline watch -p 1234 state --if 'value == 3 && old != 2' --stop
                                            stop it at a wrong step
  trapline watch -p 1234 lock --unless-from take,release
                                            who else writes the lock?
  trapline watch counter -- ./prog --fast   launch, from the first instruction
  trapline watch -a 0xffffffff82a12340 --timeout 10s
                                            a kernel variable, all processes
`;

/** Adds `trapline watch` to the program. */
export function addWatchCommand(
  program: Command,
  { launch, finish }: { launch: readonly string[] | undefined; finish: (code: number) => void },
): void {
  const command = program
    .command("watch")
    .summary("who reads, writes or executes this address in a live process")
    .description(
      "Watch who reads, writes or executes an address in live processes, without\nstopping them. Every thread, new thread and forked child is covered.",
    )
    .usage("[TARGET] WHERE... [options] [-- CMD ARGS...]")
    .argument("[where...]", "what to watch: see below")
    .option("-p, --pid <PID,...>", "these processes")
    .option("-t, --tid <TID,...>", "these threads and no others")
    .option("-a, --all-cpus", "every process")
    .option("-e, --event <WHERE>", "one more WHERE, as perf takes it", collect, [])
    .option("--no-children", "leave out children forked from now on")
    .option("-i, --no-inherit", "the same, as perf calls it")
    .option("--no-kernel", "leave out accesses by the kernel for the task")
    .option("-g, --stack", "take the call chain of each hit")
    .option("--stack-bytes <SIZE>", "bytes of each stack that are taken for -g");
  addHitFlags(command)
    .option("--log", "print one line a hit as it happens")
    .option("--json", "print JSON lines: header, hits, summary")
    .option("-o, --output <FILE>", "record it, for report, diff, show and export")
    .option("--list <PATTERN>", "print the variables that fit, and watch nothing")
    .option("--max-hits <N>", "end after N hits")
    .option("--timeout <TIME>", "end after TIME: 10s, 500ms, 2m")
    .option("--arm <HOW>", "cpu, task or auto: registers of CPUs or threads", "auto")
    .option("--ring <SIZE>", "bytes of each CPU's ring: 64K, 8M")
    .option("--exit-code <WHOSE>", "command or tool: whose status to end with", "command")
    .option("-q, --quiet", "print the result and nothing else")
    .option("--color <WHEN>", "auto, always or never", "auto")
    .addHelpText("after", AFTER_HELP)
    .action(async (where: readonly string[], flags: WatchFlags) => {
      if (flags.list !== undefined) finish(await list(flags.list, flags));
      else finish(await runWatch(toOptions(where, flags, launch), toDisplay(flags)));
    });
}

/** Loaded only when it is asked for: a watch is to be in time. */
async function list(pattern: string, flags: WatchFlags): Promise<number> {
  const { runList } = await import("./list-variables.ts");
  const pids = flags.pid === undefined ? [] : parseIds("-p", flags.pid);
  return runList(pids, pattern, { json: flags.json === true });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function toOptions(
  where: readonly string[],
  flags: WatchFlags,
  launch: readonly string[] | undefined,
): WatchOptions {
  return {
    target: toTarget(flags, launch),
    where: [...where, ...flags.event],
    children: flags.children && flags.inherit,
    kernel: flags.kernel,
    arm: parseChoice("--arm", flags.arm, ["auto", "cpu", "task"]),
    ...(flags.stack === true ? { stack: true } : {}),
    ...(flags.stackBytes === undefined
      ? {}
      : { stackBytes: parseSize("--stack-bytes", flags.stackBytes, 8) }),
    ...(flags.stack === true ? { stack: true } : {}),
    ...toHitOptions(flags),
    ...(flags.maxHits === undefined ? {} : { maxHits: parseCount("--max-hits", flags.maxHits, 1) }),
    ...(flags.timeout === undefined
      ? {}
      : { timeoutMs: parseDuration("--timeout", flags.timeout) }),
    ...(flags.ring === undefined ? {} : { ringBytes: parseSize("--ring", flags.ring) }),
  };
}

function toTarget(flags: WatchFlags, launch: readonly string[] | undefined): WatchTarget {
  const targets: WatchTarget[] = [];
  if (flags.pid !== undefined) targets.push({ pids: parseIds("-p", flags.pid) });
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

function toDisplay(flags: WatchFlags): Display {
  if (flags.log === true && flags.json === true) {
    throw new UsageError("watch: --log and --json: give one of them");
  }
  const color = parseChoice("--color", flags.color, ["auto", "always", "never"]);
  return {
    form: flags.json === true ? "json" : flags.log === true ? "log" : "table",
    stack: flags.stack === true,
    quiet: flags.quiet === true,
    failOn: flags.failOnHit === true ? "hit" : flags.failOnNoHit === true ? "no-hit" : undefined,
    color: color === "auto" ? wantsColor() : color === "always",
    recordTo: flags.output,
    ownStatus: parseChoice("--exit-code", flags.exitCode, ["command", "tool"]) === "tool",
  };
}

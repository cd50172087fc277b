import { type Command, Option } from "commander";
import { findProcesses } from "./find-process.ts";
import { addHitFlags, CONDITION_HELP } from "./hit-flags.ts";
import { runWatch } from "./run-watch.ts";
import { toDisplay, toOptions, type WatchFlags } from "./watch-flags.ts";

const AFTER_HELP = `${CONDITION_HELP}
WHERE is ADDR[/LEN][:MODE] or [OBJECT:|FILE:]EXPR[/LEN][:MODE]; an address is
hex. EXPR names a variable as C does: counter, conn.state, table[3].state,
cfg->limit (the pointer is followed once, when armed), *(uint32_t*)0x7f00,
@ptr+16 (bytes behind what ptr points to), ns::Class::member. Its type gives the
length; without debug info a name is an ELF symbol. MODE is r, w, rw, x, or
change (w, and only what changed it); w if not given. perf's mem:ADDR/LEN:MODE
and bpftrace's watchpoint:ADDR:LEN:MODE mean the same.

Fields of the table are count, traps, share, who, code, object, watch, value,
first and last; of --log time, who, cpu, mode, code, insn, repeat, value and
watch; of --json those of its hits.

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
  trapline watch -p 1234 counter --ui -g    look at it in a browser
  trapline watch -p 1234 --list 'conn*'     what can be named?
  trapline watch -p 1234 main:x --max-hits 1
                                            wait until main is executed
  trapline watch -p 1234 state --if 'value == 3 && old != 2' --stop
                                            stop it at a wrong step
  trapline watch -p 1234 lock --unless-from take,release
                                            who else writes the lock?
  trapline watch counter -- ./prog --fast   launch, from the first instruction
  trapline watch -p 1234 conn.state -F count,code --dry-run
                                            what would be armed?
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
    .option("-p, --pid <PID,...>", "these processes; a name that only one has will do")
    .option("-t, --tid <TID,...>", "these threads and no others")
    .option("-a, --all-cpus", "every process")
    .option("-C, --cpu <LIST>", "count accesses on these CPUs only: 0,2-3")
    .option("-e, --event <WHERE>", "one more WHERE, as perf takes it", collect)
    .option("--no-children", "leave out children forked from now on")
    .option("-i, --no-inherit", "the same, as perf calls it")
    .option("--no-kernel", "leave out accesses by the kernel for the task")
    .option("-g, --stack", "take the call chain of each hit")
    .option("--call-graph <HOW>", "as perf: dwarf[,SIZE] (same as -g), fp or none")
    .option("--stack-bytes <SIZE>", "bytes of each stack that are taken for -g");
  addHitFlags(command)
    .option("--log", "print one line a hit as it happens")
    .option("--json", "print JSON lines: header, hits, summary")
    .option("--format <FORM>", "table, log or json")
    .option("-F, --fields <NAME,...>", "of a table, a line or a hit only these: see below")
    .option("-o, --output <FILE>", "record it, for report, diff, show and export")
    .option("--switch-events", "record when threads come onto a CPU and leave it, as perf does")
    .option("--ui", "show it in a browser while it runs, at a URL that is printed")
    .option("--port <N>", "of --ui; any free port if not given")
    .option("--dry-run", "find everything, say what would be armed, and arm nothing")
    .option("--list <PATTERN>", "print the variables that fit, and watch nothing")
    .option("--max-hits <N>", "end after N hits")
    .option("--timeout <TIME>", "end after TIME: 10s, 500ms, 2m")
    .option("--arm <HOW>", "cpu, task or auto: registers of CPUs or threads", "auto")
    .option("--ring <SIZE>", "bytes of each CPU's ring: 64K, 8M")
    .option("--exit-code <WHOSE>", "command or tool: whose status to end with", "command")
    .addOption(new Option("-q, --quiet", "print the result and nothing else").env("TRAPLINE_QUIET"))
    .addOption(
      new Option("-v, --verbose", "say how it is armed, and what it samples").env(
        "TRAPLINE_VERBOSE",
      ),
    )
    .addOption(
      new Option("--color <WHEN>", "auto, always or never").default("auto").env("TRAPLINE_COLOR"),
    )
    .option("--no-pager", "nothing is ever paged: taken, as others take it")
    .addHelpText("after", AFTER_HELP)
    .action(async (where: readonly string[], flags: WatchFlags) => {
      if (flags.list !== undefined) finish(await list(flags.list, flags));
      else if (flags.dryRun === true) finish(await dryRun(where, flags, launch));
      else finish(await runWatch(toOptions(where, flags, launch), toDisplay(flags)));
    });
}

/** Loaded only when it is asked for: a watch is to be in time. */
async function list(pattern: string, flags: WatchFlags): Promise<number> {
  const { runList } = await import("./list-variables.ts");
  const pids = flags.pid === undefined ? [] : findProcesses(flags.pid);
  return runList(pids, pattern, { json: flags.json === true });
}

async function dryRun(
  where: readonly string[],
  flags: WatchFlags,
  launch: readonly string[] | undefined,
): Promise<number> {
  const { runDryRun } = await import("./dry-run.ts");
  return runDryRun(toOptions(where, flags, launch), toDisplay(flags));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

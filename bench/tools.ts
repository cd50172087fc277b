import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { scratch, type Target } from "./target.ts";

/** A watcher that runs beside the target. */
export interface Watcher {
  /** ms from its start to its first word that it is armed; undefined when it does not say. */
  readonly armedMs: number | undefined;
  /** Resident memory now, in bytes. */
  residentBytes(): number;
  /** Ends it, and resolves to what it saw and the CPU time it took. */
  finish(): Promise<Seen>;
}

export interface Seen {
  readonly hits: number;
  readonly lost: number;
  /** User and system time of the whole process, and of the one that prints its report, in s. */
  readonly cpuSeconds: number;
}

const CLI = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const ARMED_GRACE_MS = 500;

export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The command as it is installed, printing the table of writers. */
export function trapline(target: Target): Promise<Watcher> {
  return traplineWith([])(target);
}

/** The same with these flags. */
export const traplineWith = (flags: readonly string[]) => (target: Target) =>
  traplineOn(target.pid, [`${target.address}/8:w`, ...flags]);

/** The command on this process, with what follows `-p PID`. */
export async function traplineOn(
  pid: number,
  rest: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Watcher> {
  const args = [CLI, "watch", "-p", `${pid}`, ...rest];
  const timed = startTimed([process.execPath, ...args], env);
  const armedMs = await timed.firstWord(/watching/);
  return {
    armedMs,
    residentBytes: () => timed.residentBytes(),
    finish: async () => {
      const { out, cpuSeconds } = await timed.interrupt();
      const hits = /^([\d,]+) hits?/m.exec(out)?.[1]?.replaceAll(",", "");
      const lost = /^lost: ([\d,]+)/m.exec(out)?.[1]?.replaceAll(",", "") ?? "0";
      return { hits: Number(hits), lost: Number(lost), cpuSeconds };
    },
  };
}

/** perf record of the same, then perf report: what one types for a table of writers. */
export function perf(target: Target): Promise<Watcher> {
  return perfWith([])(target);
}

/** The same with these flags of perf record. */
export const perfWith =
  (flags: readonly string[]) =>
  async ({ pid, address }: Target) => {
    const data = scratch("perf.data");
    const event = `mem:${address}/8:w`;
    const record = ["record", "-q", "-c", "1", ...flags, "-e", event, "-p", `${pid}`, "-o", data];
    const timed = startTimed(["perf", ...record]);
    await sleep(ARMED_GRACE_MS);
    return {
      armedMs: undefined,
      residentBytes: () => timed.residentBytes(),
      finish: async () => {
        const recorded = await timed.interrupt();
        const report = ["report", "-i", data, "--stdio", "-q", "-n", "-s", "comm,symbol"];
        const reported = await startTimed(["perf", ...report]).end();
        const stats = execFileSync("perf", ["report", "-i", data, "--stats"], { encoding: "utf8" });
        return {
          hits: Number(/SAMPLE events:\s+(\d+)/.exec(stats)?.[1] ?? Number.NaN),
          lost: Number(/LOST_SAMPLES events:\s+(\d+)/.exec(stats)?.[1] ?? 0),
          cpuSeconds: recorded.cpuSeconds + reported.cpuSeconds,
        };
      },
    };
  };

/** gdb with a watchpoint that goes on by itself. */
export async function gdb({ pid, address }: Target): Promise<Watcher> {
  const script = ["silent", "continue", "end"].join("\n");
  const commands = [
    "set pagination off",
    `watch *(unsigned long *)${address}`,
    `commands\n${script}`,
    "continue",
  ];
  const file = scratch("gdb.commands");
  writeFileSync(file, commands.join("\n"));
  const timed = startTimed(["gdb", "-q", "-nx", "-batch", "-p", `${pid}`, "-x", file]);
  const armedMs = await timed.firstWord(/Hardware watchpoint/);
  await sleep(ARMED_GRACE_MS);
  return {
    armedMs,
    residentBytes: () => timed.residentBytes(),
    finish: async () => {
      const { cpuSeconds } = await timed.interrupt();
      return { hits: Number.NaN, lost: 0, cpuSeconds };
    },
  };
}

/** Runs under bash's `time`, which tells CPU times to the ms. */
function startTimed(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = performance.now();
  const times = scratch(`times-${Math.random().toString(36).slice(2)}`);
  const line = 'TIMEFORMAT="%U %S"; { time "$@" 2>&3; } 3>&2 2>"$0"';
  const child = spawn("bash", ["-c", line, times, ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  const ended = once(child, "close");
  const end = async () => {
    await ended;
    const [user = 0, system = 0] = readFileSync(times, "utf8").trim().split(" ").map(Number);
    return { out, err, cpuSeconds: user + system };
  };
  return {
    end,
    firstWord: async (word: RegExp) => {
      while (!word.test(out) && !word.test(err)) {
        if (child.exitCode !== null) throw new Error(`${command.join(" ")}: ${err}`);
        await sleep(1);
      }
      return performance.now() - started;
    },
    residentBytes: () => residentOf(childOf(child.pid ?? 0)),
    interrupt: () => {
      process.kill(childOf(child.pid ?? 0), "SIGINT");
      return end();
    },
  };
}

/** The watcher itself: bash's only child. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

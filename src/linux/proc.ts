import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The text of a file under /proc, or undefined when its process is gone or not ours to read. */
function procText(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}

function numbersIn(path: string): number[] | undefined {
  try {
    return readdirSync(`/proc/${path}`).filter(isNumber).map(Number);
  } catch {
    return undefined;
  }
}

const isNumber = (name: string) => /^\d+$/.test(name);

/** All processes that can be seen from here. */
export function allProcesses(): readonly number[] {
  return numbersIn("") ?? [];
}

/** The threads of a process, or undefined when it is gone. */
export function threadsOf(pid: number): readonly number[] | undefined {
  const threads = numbersIn(`${pid}/task`);
  return threads !== undefined && threads.length > 0 ? threads : undefined;
}

/** The name of a task, at most 15 bytes. */
export function commOf(tid: number): string | undefined {
  return procText(`${tid}/comm`)?.replace(/\n$/, "");
}

/** The arguments a process was started with. Empty for kernel threads. */
export function cmdlineOf(pid: number): readonly string[] {
  return procText(`${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
}

/** The environment a process was started with; empty when we may not read it. */
export function environOf(pid: number): readonly string[] {
  return procText(`${pid}/environ`)?.split("\0").slice(0, -1) ?? [];
}

/** What /proc/PID/status tells that Trapline asks for. */
export interface TaskStatus {
  readonly pid: number;
  readonly ppid: number;
  /** Effective user id. */
  readonly uid: number;
  /** Who traces this task: 0 for nobody. */
  readonly tracer: number;
  /** One letter, `Z` and `X` for tasks that have ended. */
  readonly state: string;
  /** Effective capabilities, a bit each. */
  readonly capabilities: bigint;
  /** 0 none, 1 strict, 2 filtered: then system calls may be refused with EPERM by the container. */
  readonly seccomp: number;
}

/** The status of a process or thread, or undefined when it is gone. `self` is ourselves. */
export function statusOf(task: number | "self"): TaskStatus | undefined {
  const text = procText(`${task}/status`);
  if (text === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(text)?.[1] ?? "0";
  return {
    pid: Number(field("Tgid")),
    ppid: Number(field("PPid")),
    uid: Number(/^Uid:\s*\d+\s+(\d+)/m.exec(text)?.[1] ?? "0"),
    tracer: Number(field("TracerPid")),
    state: field("State"),
    capabilities: BigInt(`0x${field("CapEff")}`),
    seccomp: Number(field("Seccomp")),
  };
}

/** Whether a process has ended. One whose first thread has ended goes on while it has others. */
export function hasEnded(pid: number): boolean {
  const state = statusOf(pid)?.state;
  if (state === undefined || state === "X") return true;
  return state === "Z" && (threadsOf(pid)?.length ?? 0) <= 1;
}

/** The processes that this one forked and that still live; empty where the kernel does not tell. */
export function childrenOf(pid: number): readonly number[] {
  const lists = (threadsOf(pid) ?? []).map((tid) => procText(`${pid}/task/${tid}/children`) ?? "");
  return lists.flatMap((list) => list.split(" ").filter(isNumber).map(Number));
}

/** Whether an address is mapped in a process; undefined when its maps cannot be read. */
export function isMapped(pid: number, address: bigint): boolean | undefined {
  const ranges = procText(`${pid}/maps`)?.matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm);
  return ranges?.some(
    ([, start, end]) => address >= BigInt(`0x${start}`) && address < BigInt(`0x${end}`),
  );
}

/** The CPUs that are online now. */
export function onlineCpus(): readonly number[] {
  return parseCpuList(readFileSync("/sys/devices/system/cpu/online", "utf8"));
}

/** `0-3,6` as the kernel writes sets of CPUs. */
export function parseCpuList(list: string): readonly number[] {
  return list
    .trim()
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [first = 0, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** A setting under /proc/sys as a number, or undefined where this kernel has none. */
export function sysctl(name: string): number | undefined {
  const text = procText(`sys/${name.replaceAll(".", "/")}`);
  return text === undefined ? undefined : Number(text);
}

/** A process that holds debug registers, or may: perf events of any kind, or a tracer's. */
export interface Holder {
  readonly pid: number;
  readonly comm: string;
  readonly perfEvents: number;
  /** The processes that it traces, as a debugger does. */
  readonly traces: readonly number[];
}

/** Who could hold debug registers now, ourselves left out. Sees only what we may read. */
export function registerHolders(): readonly Holder[] {
  const others = allProcesses().filter((pid) => pid !== process.pid);
  const tracees = Map.groupBy(
    others.filter((pid) => (statusOf(pid)?.tracer ?? 0) > 0),
    (pid) => statusOf(pid)?.tracer ?? 0,
  );
  return others
    .map((pid) => ({
      pid,
      comm: commOf(pid) ?? "?",
      perfEvents: perfEventsOf(pid),
      traces: tracees.get(pid) ?? [],
    }))
    .filter(({ perfEvents, traces }) => perfEvents > 0 || traces.length > 0);
}

function perfEventsOf(pid: number): number {
  const links = (numbersIn(`${pid}/fd`) ?? []).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return links.filter((link) => link === "anon_inode:[perf_event]").length;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

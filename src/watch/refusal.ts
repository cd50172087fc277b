import type { Errno } from "../base/index.ts";
import { commOf, type Holder, type Privileges, registerHolders, statusOf } from "../linux/index.ts";
import type { ArmRefusal } from "./arming.ts";
import { WatchError } from "./watch-error.ts";

/** Turns the errno of a refused perf_event_open(2) into whom, why and what to type. */
export function explainRefusal(refusal: ArmRefusal, privileges: Privileges): WatchError {
  const { errno } = refusal;
  const what = `arm a breakpoint${whom(refusal)}: ${errno}`;
  switch (errno) {
    case "EACCES":
    case "EPERM":
      return new WatchError("denied", `${what}: ${whyDenied(refusal, privileges)}`);
    case "ENOSPC":
      return new WatchError("busy", `${what}: ${whoHolds()}`);
    case "ENOENT":
    case "ENODEV":
    case "EOPNOTSUPP":
      return new WatchError("machine", `${what}: ${noHardware(errno)}`);
    case "ESRCH":
      return new WatchError("target", `${what}: no such process: it may have ended just now`);
    case "EMFILE":
    case "ENFILE":
      return new WatchError(
        "busy",
        `${what}: too many open files: raise the limit with ulimit -n, or watch fewer threads`,
      );
    default:
      return new WatchError("machine", `${what}: the kernel refused: see trapline doctor`);
  }
}

function whom({ pid, cpu }: ArmRefusal): string {
  if (pid <= 0) return cpu >= 0 ? ` on CPU ${cpu}` : "";
  return ` on ${commOf(pid) ?? "?"} (${pid})`;
}

/** The first rule that is known to be broken; each has its own remedy. */
function whyDenied({ errno, pid }: ArmRefusal, privileges: Privileges): string {
  const { perfmon, ptrace, seccomp, paranoid, uid } = privileges;
  if (errno === "EPERM" && seccomp) {
    return "a seccomp filter forbids it: start the container with --cap-add PERFMON --security-opt seccomp=unconfined";
  }
  if (!perfmon && paranoid !== undefined && paranoid > 2) {
    return `kernel.perf_event_paranoid is ${paranoid}: run as root, or sysctl -w kernel.perf_event_paranoid=2`;
  }
  const owner = pid > 0 ? statusOf(pid)?.uid : undefined;
  if (!(perfmon || ptrace) && owner !== undefined && owner !== uid) {
    return `the process belongs to user ${owner}, you are ${uid}: run as that user, or as root`;
  }
  if (!perfmon && pid <= 0) {
    return `all processes on a CPU need CAP_PERFMON, or kernel.perf_event_paranoid <= 0 (it is ${paranoid}): run as root`;
  }
  return "the process may not be traced (set-user-id, or not dumpable): run as root";
}

/** Who could hold the registers, for the user to end or detach. */
function whoHolds(): string {
  const holders = registerHolders().map(describeHolder);
  if (holders.length === 0) {
    return "no debug register is free, and no holder can be seen from here: look as root, in all containers";
  }
  return `no debug register is free: end or detach one of ${holders.join(", ")}`;
}

/** `gdb (1234: 2 perf events; traces 99)`. */
export function describeHolder({ pid, comm, perfEvents, traces }: Holder): string {
  const events = perfEvents > 0 ? [`${perfEvents} perf events`] : [];
  const tracees = traces.length > 0 ? [`traces ${traces.join(", ")}`] : [];
  return `${comm} (${pid}: ${[...events, ...tracees].join("; ")})`;
}

function noHardware(errno: Errno): string {
  const hint = "enable them for this virtual machine, or watch on another";
  return errno === "EOPNOTSUPP"
    ? `this processor has no register for that kind of breakpoint: ${hint}`
    : `this machine exposes no hardware breakpoints: ${hint}`;
}

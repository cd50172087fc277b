import type { Errno } from "../base/index.ts";
import { NULL } from "../machine/index.ts";
import type { EventAttr } from "./event-alloc.ts";
import { FLAG, PERF_EVENT_STATE } from "./event-state.ts";
import type { Kernel } from "./kernel.ts";
import type { EventSpec } from "./op.ts";
import { eventByName, taskByName } from "./user-program.ts";
import { isReaped } from "./waits.ts";

const PERF_ATTR_SIZE_VER0 = 64;
const PAGE_SIZE = 4096;
const SAMPLE_TYPE_MAX = 2 ** 25;
const READ_FORMAT_MAX = 2 ** 5;
const PERF_FORMAT_GROUP = 1 << 3;
const PERF_SAMPLE_READ = 1 << 4;
const PERF_SAMPLE_TID = 1 << 1;
const PERF_SAMPLE_BRANCH_STACK = 1 << 11;
/** kernel: sysctl_perf_event_sample_rate. */
const SAMPLE_RATE = 100_000;
const ROOT = 0;
const NOBODY = 2;

function raw(spec: EventSpec, field: string): number {
  return spec.raw.find((it) => it.field === field)?.value ?? 0;
}

/** The attributes as the event keeps them. */
export function attrOfSpec(k: Kernel, spec: EventSpec): EventAttr {
  const has = (flag: string) => spec.flags.includes(flag);
  let flags = spec.freq > 0 ? FLAG.freq : 0;
  if (has("inherit")) flags |= FLAG.inherit;
  if (has("inherit-thread")) flags |= FLAG.inheritThread;
  if (has("pinned")) flags |= FLAG.pinned;
  if (has("exclusive")) flags |= FLAG.exclusive;
  if (has("exclude-user")) flags |= FLAG.excludeUser;
  if (has("exclude-kernel")) flags |= FLAG.excludeKernel;
  if (has("enable-on-exec")) flags |= FLAG.enableOnExec;
  if (has("remove-on-exec")) flags |= FLAG.removeOnExec;
  if (has("sigtrap")) flags |= FLAG.sigtrap;
  if (has("cloexec")) flags |= FLAG.cloexec;
  if ((raw(spec, "read_format") & PERF_FORMAT_GROUP) !== 0) flags |= FLAG.readsGroup;
  const addr =
    spec.raw.find((it) => it.field === "bp_addr")?.value ?? k.space.addressOf(spec.place);
  const { len, type, sigData, freq } = spec;
  const period = freq > 0 ? 1 : spec.period;
  return { addr, len, type, flags, disabled: has("disabled"), period, sigData };
}

/** kernel: perf_event_open(), up to where the event is allocated. The order is the kernel's. */
export function checkBeforeAlloc(k: Kernel, task: number, spec: EventSpec): Errno | undefined {
  return (
    checkAttr(spec) ??
    checkPrivilege(k, task, spec) ??
    checkFrequency(spec) ??
    checkGroupFd(k, task, spec) ??
    checkTarget(k, spec) ??
    checkGroupInherit(k, task, spec)
  );
}

function checkAttr(spec: EventSpec): Errno | undefined {
  const has = (flag: string) => spec.flags.includes(flag);
  if (has("bad-pointer")) return "EFAULT";
  const size = raw(spec, "size");
  const tooSmall = size !== 0 && size < PERF_ATTR_SIZE_VER0;
  if (tooSmall || size > PAGE_SIZE) return "E2BIG";
  if (raw(spec, "sample_type") >= SAMPLE_TYPE_MAX) return "EINVAL";
  if (raw(spec, "read_format") >= READ_FORMAT_MAX) return "EINVAL";
  if (has("inherit-thread") && !has("inherit")) return "EINVAL";
  if (has("remove-on-exec") && has("enable-on-exec")) return "EINVAL";
  if (has("sigtrap") && !has("remove-on-exec")) return "EINVAL";
  return undefined;
}

function checkPrivilege(k: Kernel, task: number, spec: EventSpec): Errno | undefined {
  if (spec.flags.includes("exclude-kernel") || isPerfmonCapable(k, task)) return undefined;
  return k.source.machine.paranoid > 1 ? "EACCES" : undefined;
}

function checkFrequency(spec: EventSpec): Errno | undefined {
  if (spec.freq > SAMPLE_RATE) return "EINVAL";
  return spec.period >= 2 ** 63 ? "EINVAL" : undefined;
}

function checkGroupFd(k: Kernel, task: number, spec: EventSpec): Errno | undefined {
  if (spec.group === undefined) return undefined;
  const leader = eventByName(k, task, spec.group);
  if (leader === NULL) return "EBADF";
  if (k.lacks("Z39")) return undefined;
  return k.event.state.get(leader) <= PERF_EVENT_STATE.exit ? "ENODEV" : undefined;
}

/** The events of a task's group are inherited together, or not at all. */
function checkGroupInherit(k: Kernel, task: number, spec: EventSpec): Errno | undefined {
  if (spec.group === undefined || spec.target.kind === "none") return undefined;
  const leader = eventByName(k, task, spec.group);
  return k.hasFlag(leader, "inherit") === spec.flags.includes("inherit") ? undefined : "EINVAL";
}

function checkTarget(k: Kernel, spec: EventSpec): Errno | undefined {
  const { target } = spec;
  if (target.kind !== "task") return undefined;
  const task = taskByName(k, target.task);
  return task === NULL || isReaped(k, task) ? "ESRCH" : undefined;
}

/** kernel: perf_event_alloc()'s own checks; the slot is asked for after them. */
export function checkInAlloc(k: Kernel, target: number, spec: EventSpec): Errno | undefined {
  const has = (flag: string) => spec.flags.includes(flag);
  const noCpu = spec.cpu === undefined;
  if (!noCpu && (spec.cpu < 0 || spec.cpu >= k.cpus)) return "EINVAL";
  if (noCpu && target === NULL) return "EINVAL";
  if (has("sigtrap") && target === NULL) return "EINVAL";
  const sampleType = raw(spec, "sample_type");
  const readsWithoutTid = (sampleType & PERF_SAMPLE_READ) !== 0 && !(sampleType & PERF_SAMPLE_TID);
  if (has("inherit") && readsWithoutTid) return "EINVAL";
  if ((sampleType & PERF_SAMPLE_BRANCH_STACK) !== 0) return "EOPNOTSUPP";
  return undefined;
}

/** kernel: perf_check_permission(), and perf_allow_cpu() for a CPU breakpoint. */
export function checkPermission(
  k: Kernel,
  task: number,
  { target, sigtrap }: { readonly target: number; readonly sigtrap: boolean },
): Errno | undefined {
  if (target === NULL) {
    const allowed = isPerfmonCapable(k, task) || k.source.machine.paranoid <= 0;
    return allowed ? undefined : "EACCES";
  }
  const observes = isPerfmonCapable(k, task) && (!sigtrap || isRoot(k, task) || k.lacks("Z37"));
  const ofOwnProcess = k.thread.leader.get(target) === k.thread.leader.get(task);
  if (ofOwnProcess || observes) return undefined;
  const sameUser = k.thread.user.get(task) === k.thread.user.get(target);
  return sameUser && k.thread.dumpable.get(target) !== 0 ? undefined : "EACCES";
}

/** kernel: perf_event_open()'s checks of the group, once the context is known. */
export function checkGroup(
  k: Kernel,
  event: number,
  place: { readonly leader: number; readonly ctx: number },
): Errno | undefined {
  const { leader, ctx } = place;
  if (leader === NULL) return undefined;
  if (k.event.groupLeader.get(leader) !== NULL) return "EINVAL";
  if (k.event.cpu.get(leader) !== k.event.cpu.get(event)) return "EINVAL";
  if (k.event.ctx.get(leader) !== ctx) return "EINVAL";
  if (k.hasFlag(event, "pinned") || k.hasFlag(event, "exclusive")) return "EINVAL";
  return undefined;
}

export function isPerfmonCapable(k: Kernel, task: number): boolean {
  return k.thread.user.get(task) !== NOBODY;
}

export function isRoot(k: Kernel, task: number): boolean {
  return k.thread.user.get(task) === ROOT;
}

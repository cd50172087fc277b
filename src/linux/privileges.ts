import { statusOf, sysctl } from "./proc.ts";

const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** What this process may do, as far as watching goes. */
export interface Privileges {
  readonly uid: number;
  /** CAP_SYS_ADMIN: addresses of the kernel's own. */
  readonly admin: boolean;
  /** CAP_PERFMON or CAP_SYS_ADMIN: any process, all CPUs, the kernel's accesses too. */
  readonly perfmon: boolean;
  /** CAP_BPF or CAP_SYS_ADMIN: eBPF filters. */
  readonly bpf: boolean;
  readonly ptrace: boolean;
  /** A seccomp filter is in force: a container may refuse calls whatever the privileges. */
  readonly seccomp: boolean;
  /** kernel.perf_event_paranoid; undefined where the kernel has no perf events. */
  readonly paranoid: number | undefined;
}

/** Reads the privileges of this process. */
export function ownPrivileges(): Privileges {
  const status = statusOf("self");
  const has = (capability: bigint) => (((status?.capabilities ?? 0n) >> capability) & 1n) === 1n;
  const admin = has(CAP_SYS_ADMIN);
  return {
    uid: status?.uid ?? -1,
    admin,
    perfmon: admin || has(CAP_PERFMON),
    bpf: admin || has(CAP_BPF),
    ptrace: has(CAP_SYS_PTRACE),
    seccomp: (status?.seccomp ?? 0) > 0,
    paranoid: sysctl("kernel.perf_event_paranoid"),
  };
}

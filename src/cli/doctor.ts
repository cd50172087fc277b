import { release } from "node:os";
import { type Architecture, hostArchitecture } from "../arch/index.ts";
import {
  canLoadLibrary,
  ForeignFilter,
  type Holder,
  openSys,
  ownPrivileges,
  type Privileges,
  registerHolders,
  type Sys,
} from "../linux/index.ts";
import { childTest, describeHolder, freeSlots, WatchError } from "../watch/index.ts";
import { formatCount } from "../wording/index.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** `ok`; `limited`: watching works, with less; `missing`: it does not. */
  readonly state: "ok" | "limited" | "missing";
  readonly value: string;
  /** What to type for more. */
  readonly remedy?: string;
}

/** Looks at all that watching needs. The self-test comes last: it tells whether the rest is enough. */
export async function examine(): Promise<readonly Finding[]> {
  const arch = process.platform === "linux" ? hostArchitecture(process.arch) : undefined;
  const system = systemFinding(arch);
  if (arch === undefined) return [system];
  const sys = openSys();
  const privileges = ownPrivileges();
  return [
    system,
    registerFinding(arch, freeSlots(sys)),
    holderFinding(registerHolders()),
    scopeFinding(privileges),
    kernelFinding(privileges),
    bpfFinding(sys, privileges),
    libdwFinding(),
    ...(await trapFindings()),
  ];
}

function systemFinding(arch: Architecture | undefined): Finding {
  const value = `${process.platform} ${release()}, ${process.arch}`;
  if (arch !== undefined) return { name: "system", state: "ok", value: `${value} (${arch.title})` };
  const remedy = "watch on Linux on an x86-64 processor";
  return { name: "system", state: "missing", value: `${value}: not known yet`, remedy };
}

function registerFinding(arch: Architecture, free: number): Finding {
  const value = `${free} of ${arch.slots.data} free for this thread, found by opening them`;
  if (free >= arch.slots.data) return { name: "registers", state: "ok", value };
  const state = free > 0 ? "limited" : "missing";
  const remedy = "end those who hold them, or enable them for this machine";
  return { name: "registers", state, value, remedy };
}

function holderFinding(holders: readonly Holder[]): Finding {
  const name = "held by others";
  if (holders.length === 0) return { name, state: "ok", value: "nobody, as far as can be seen" };
  const value = holders.map(describeHolder).join(", ");
  return { name, state: "limited", value };
}

function scopeFinding({ perfmon, paranoid, uid, seccomp }: Privileges): Finding {
  const name = "whom";
  const filtered = seccomp ? ", under a seccomp filter" : "";
  if (perfmon || (paranoid ?? 2) <= 0) {
    return { name, state: "ok", value: `any process, all CPUs at once${filtered}` };
  }
  const value = `processes of user ${uid}, thread by thread${filtered}`;
  return { name, state: "limited", value, remedy: "run as root, or with CAP_PERFMON" };
}

function kernelFinding({ perfmon, paranoid }: Privileges): Finding {
  const name = "kernel accesses";
  if (perfmon || (paranoid ?? 2) <= 1) return { name, state: "ok", value: "counted" };
  const remedy = "run as root, or sysctl -w kernel.perf_event_paranoid=1";
  const value = `not counted (kernel.perf_event_paranoid is ${paranoid})`;
  return { name, state: "limited", value, remedy };
}

function bpfFinding(sys: Sys, { bpf }: Privileges): Finding {
  const loaded = ForeignFilter.load(sys);
  if (loaded.ok) {
    loaded.value[Symbol.dispose]();
    return { name: "eBPF", state: "ok", value: "strangers are filtered out in the kernel" };
  }
  const remedy = bpf ? "a kernel with CONFIG_BPF_SYSCALL" : "run as root, or with CAP_BPF";
  const value = `refused (${loaded.error}): strangers are filtered out afterwards`;
  return { name: "eBPF", state: "limited", value, remedy };
}

function libdwFinding(): Finding {
  if (canLoadLibrary("libdw.so.1")) return { name: "libdw", state: "ok", value: "found" };
  const remedy = "apt-get install libdw1";
  return { name: "libdw", state: "limited", value: "not found: ELF symbols only", remedy };
}

async function trapFindings(): Promise<readonly Finding[]> {
  try {
    const { stores, hits, costNs } = await childTest();
    const value = `${formatCount(hits)} of ${formatCount(stores)} stores of a child were counted`;
    const exact = hits === stores;
    const cost = `${(costNs / 1000).toFixed(1)} µs added to each store`;
    return [
      { name: "self-test", state: exact ? "ok" : "missing", value },
      { name: "cost of a trap", state: "ok", value: cost },
    ];
  } catch (error) {
    if (!(error instanceof WatchError)) throw error;
    return [{ name: "self-test", state: "missing", value: error.message }];
  }
}

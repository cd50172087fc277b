import type { PuppetArch } from "../build-puppet.ts";
import { TargetError } from "../target-error.ts";
import { listed } from "./listed.ts";

/** A processor that QEMU emulates, and which of the model's architectures it is. */
export interface GuestCpu {
  readonly name: string;
  readonly arch: "powerpc-dawr" | "powerpc-p10" | "arm64";
  /**
   * QEMU does not bring the older interrupt controller of powerpc back from a snapshot, nor does a kernel
   * boot with it whose time is counted in instructions.
   */
  readonly resumes: boolean;
}

/** A kind of computer that guests are made of. */
export interface GuestMachine {
  readonly name: "ppc64le" | "arm64";
  readonly puppet: PuppetArch;
  readonly qemu: "qemu-system-ppc64" | "qemu-system-aarch64";
  /** The first one is taken when none is named. */
  readonly cpus: readonly GuestCpu[];
}

const PPC64LE: GuestMachine = {
  name: "ppc64le",
  puppet: "powerpc",
  qemu: "qemu-system-ppc64",
  cpus: [
    { name: "power10", arch: "powerpc-p10", resumes: true },
    { name: "power8", arch: "powerpc-dawr", resumes: false },
    { name: "power9", arch: "powerpc-dawr", resumes: false },
  ],
};

const ARM64: GuestMachine = {
  name: "arm64",
  puppet: "arm64",
  qemu: "qemu-system-aarch64",
  cpus: [
    { name: "cortex-a57", arch: "arm64", resumes: true },
    { name: "max", arch: "arm64", resumes: true },
  ],
};

/** A machine with a kernel of a certain age, and powerpc's design that this kernel has. */
export interface GuestKind {
  readonly name: string;
  readonly machine: GuestMachine;
  readonly release: "6.1" | "6.12";
  readonly design: "b" | "c" | undefined;
}

export const GUEST_KINDS: readonly GuestKind[] = [
  { name: "ppc64le-6.1", machine: PPC64LE, release: "6.1", design: "b" },
  { name: "ppc64le-6.12", machine: PPC64LE, release: "6.12", design: "c" },
  { name: "arm64-6.12", machine: ARM64, release: "6.12", design: undefined },
];

export type GuestName = `guest:${string}`;

export interface GuestSpec {
  /** As it was asked for: `guest:ppc64le-6.12:power8`. */
  readonly name: GuestName;
  readonly kind: GuestKind;
  readonly cpu: GuestCpu;
}

export function isGuestName(text: string): text is GuestName {
  return text.startsWith("guest:");
}

/** `guest:KIND` or `guest:KIND:CPU`. */
export function parseGuestName(name: GuestName): GuestSpec {
  const [, kindName = "", cpuName] = name.split(":");
  const kind = GUEST_KINDS.find((it) => it.name === kindName);
  if (kind === undefined) {
    const known = listed(GUEST_KINDS.map((it) => `guest:${it.name}`));
    throw new TargetError(`${name}: no such guest: there are ${known}`);
  }
  const { cpus } = kind.machine;
  const cpu = cpuName === undefined ? cpus[0] : cpus.find((it) => it.name === cpuName);
  if (cpu === undefined) {
    const known = listed(cpus.map((it) => it.name));
    throw new TargetError(`${name}: no such processor: guest:${kindName} can have ${known}`);
  }
  return { name, kind, cpu };
}

import type { GuestSpec } from "./guest-name.ts";

export const GUEST_CPUS = 2;
const MEMORY = "256M";

/** The descriptors that QEMU gets for the console, its own monitor, and the channel. */
export const FD = { console: 3, monitor: 4, channel: 5 } as const;

const COMMON = [
  ...["-smp", String(GUEST_CPUS), "-m", MEMORY, "-nodefaults", "-display", "none", "-no-reboot"],
  ...Object.entries(FD).flatMap(([name, fd]) => ["-chardev", `socket,id=${name},fd=${fd}`]),
  ...["-mon", "chardev=monitor,mode=control"],
];

/** Each machine has a console, and beside it a second serial line as the channel. */
const LINES = {
  ppc64le: {
    flags: [
      ...["-M", "pseries,x-vof=on"],
      ...["-device", "spapr-vty,chardev=console,reg=0x30000000"],
      ...["-device", "spapr-vty,chardev=channel,reg=0x30001000"],
    ],
    console: "hvc0",
    saved: "saved=1", // it needs help to go on from a snapshot
    channel: "hvc1",
  },
  arm64: {
    flags: [
      ...["-M", "virt,gic-version=3", "-serial", "chardev:console"],
      ...["-device", "pci-serial,chardev=channel"],
    ],
    console: "ttyAMA0",
    saved: "",
    channel: "ttyS0",
  },
} as const;

export interface Images {
  readonly kernel: string;
  readonly initrd: string;
}

/** The arguments that make a computer of QEMU. The same ones go with a snapshot of it. */
export function machineFlags(
  { kind, cpu }: GuestSpec,
  { kernel, initrd }: Images,
): readonly string[] {
  const { flags, console, channel, saved } = LINES[kind.machine.name];
  const words = [
    `console=${console}`,
    "loglevel=5", // warnings are wanted, the rest takes time
    "panic=-1",
    "nowatchdog",
    "mitigations=off",
    `channel=/dev/${channel}`,
    saved,
  ];
  const boot = ["-kernel", kernel, "-initrd", initrd, "-append", words.join(" ")];
  return [...COMMON, "-cpu", cpu.name, ...flags, ...boot];
}

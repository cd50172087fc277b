import type { GuestSpec } from "./guest-name.ts";
import { MAILBOX_BYTES } from "./mailbox.ts";

export const GUEST_CPUS = 2;
const MEMORY = "256M";

/** The descriptors that QEMU gets for the console, its own monitor, the channel, and the mailbox. */
export const FD = { console: 3, monitor: 4, channel: 5, mailbox: 6 } as const;
const LINES = ["console", "monitor", "channel"] as const;

/** Where the mailbox stands on the bus of each machine. */
const MAILBOX_SLOT = "10";

const COMMON = [
  ...["-smp", String(GUEST_CPUS), "-m", MEMORY, "-nodefaults", "-display", "none", "-no-reboot"],
  ...LINES.flatMap((name) => ["-chardev", `socket,id=${name},fd=${FD[name]}`]),
  ...["-mon", "chardev=monitor,mode=control"],
  "-object",
  `memory-backend-file,id=mailbox,mem-path=/proc/self/fd/${FD.mailbox},size=${MAILBOX_BYTES},share=on`,
  ...["-device", `ivshmem-plain,memdev=mailbox,master=on,addr=0x${MAILBOX_SLOT}`],
];

/** Each machine has a console, and beside it a second serial line as the channel. */
const MACHINES = {
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

export interface Machine {
  readonly spec: GuestSpec;
  readonly images: Images;
  /** Its CPUs run at once, as races need it. Else one after the other, and what comes of it is always the same. */
  readonly isParallel: boolean;
}

/**
 * A nanosecond an instruction, and none for who sleeps: however busy this computer is, in the guest nothing
 * takes longer.
 */
const TIME_IS_INSTRUCTIONS = ["-icount", "shift=0,sleep=off"];

/** What costs each fork and each sleep dearly here, and is nothing that a breakpoint knows of. */
const SPARED = [
  ...["mitigations=off", "init_on_alloc=0", "hardened_usercopy=off", "randomize_kstack_offset=off"],
  ...["cpuidle.off=1", "cryptomgr.notests", "kfence.sample_interval=0", "psi=0"],
  ...["audit=0", "apparmor=0", "cgroup_disable=memory", "transparent_hugepage=never"],
];

/** The arguments that make a computer of QEMU. The same ones go with a snapshot of it. */
export function machineFlags({ spec, images, isParallel }: Machine): readonly string[] {
  const { kind, cpu } = spec;
  const { kernel, initrd } = images;
  const { flags, console, channel, saved } = MACHINES[kind.machine.name];
  const words = [
    `console=${console}`,
    "loglevel=5", // warnings are wanted, the rest takes time
    "panic=-1",
    "nowatchdog",
    "nokaslr", // addresses in its log are those of its image
    ...SPARED,
    `channel=/dev/${channel}`,
    `mailbox=/sys/bus/pci/devices/0000:00:${MAILBOX_SLOT}.0/`,
    saved,
  ];
  const boot = ["-kernel", kernel, "-initrd", initrd, "-append", words.join(" ")];
  const clock = isParallel || !cpu.resumes ? [] : TIME_IS_INSTRUCTIONS;
  return [...COMMON, ...clock, "-cpu", cpu.name, ...flags, ...boot];
}

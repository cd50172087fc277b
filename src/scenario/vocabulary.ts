/** The closed word lists of the language: what may be written, and what a near miss is compared to. */

export { SIGNAL_NAMES, type SignalName } from "../abi/index.ts";

export const ARCH_NAMES = ["x86", "powerpc-dabr", "powerpc-dawr", "powerpc-p10", "arm64"] as const;
export type ArchName = (typeof ARCH_NAMES)[number];

/** How powerpc keeps a pending step; see the kernel's history of arch/powerpc/kernel/hw_breakpoint.c. */
export const DESIGN_NAMES = ["a", "b", "c", "per-cpu", "d"] as const;
export type DesignName = (typeof DESIGN_NAMES)[number];

/** HW_BREAKPOINT_R, W, RW and X by their names in the language. */
export const BP_TYPES = { read: 1, write: 2, rw: 3, execute: 4 } as const;
export type BpTypeName = keyof typeof BP_TYPES;

/** Flags of `open`. All but the last two are bits of perf_event_attr; absent means 0. */
export const EVENT_FLAGS = [
  "disabled",
  "inherit",
  "inherit-thread",
  "pinned",
  "exclusive",
  "exclude-user",
  "exclude-kernel",
  "exclude-hv",
  "enable-on-exec",
  "remove-on-exec",
  "sigtrap",
  "cloexec", // PERF_FLAG_FD_CLOEXEC
  "bad-pointer", // the attribute's address is not mapped
] as const;
export type EventFlag = (typeof EVENT_FLAGS)[number];

/** Flags of `modify`: those of `open` switch on; `enabled` switches `disabled` off. */
export const MODIFY_FLAGS = [...EVENT_FLAGS, "enabled"] as const;
export type ModifyFlag = (typeof MODIFY_FLAGS)[number];

/** Fields of perf_event_attr that can be set to any number, for what has no word of its own. */
export const RAW_FIELDS = [
  "size",
  "sample_type",
  "read_format",
  "branch_sample_type",
  "wakeup_events",
  "clockid",
  "bp_addr",
] as const;
export type RawField = (typeof RAW_FIELDS)[number];

export const POLL_NAMES = ["POLLIN", "POLLHUP", "POLLERR", "timeout"] as const;
export type PollName = (typeof POLL_NAMES)[number];

/** `root` holds every capability; `perfmon` is an ordinary user with CAP_PERFMON; `nobody` has none. */
export const USER_NAMES = ["root", "perfmon", "nobody"] as const;
export type UserName = (typeof USER_NAMES)[number];

/** What a `never` may name. The model watches all of them at all times. */
export const PROPERTY_NAMES = [
  "oops",
  "use-after-free",
  "tombstone-deref",
  "null-deref",
  "double-free",
  "leaked-slot",
  "leaked-event",
  "leaked-task",
  "overcommit",
  "accounting",
  "inconsistent",
  "broken-promise",
  "missed-hit",
  "double-hit",
  "stray-hit",
  "missed-signal",
  "unexplained-sigtrap",
  "stale-register",
  "out-of-bounds",
  "endless-trap",
  "wrong-privilege",
  "deadlock",
  "hang",
  "sleep-in-atomic",
  "warning",
] as const;
export type PropertyName = (typeof PROPERTY_NAMES)[number];

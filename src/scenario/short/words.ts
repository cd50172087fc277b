/** What short programs are made of, in groups that can be left out. */
export const WORD_GROUPS = {
  access: "store, load, execute",
  birth: "fork, thread",
  exit: "exit",
  ioctl: "enable, disable, refresh, period",
  modify: "modify",
  close: "close",
  signal: "a signal that is handled; one for each overflow",
  kill: "a signal that kills",
  cpu: "migrate, pin, events of a CPU",
  exec: "exec, and what events do on exec",
  ptrace: "attach, watch, cont, step, wait-stop, detach",
  switch: "switch-to",
  group: "groups of events",
  sigtrap: "events that send SIGTRAP",
  copy: "the kernel copies to the task's memory",
  reserve: "load and reserve",
} as const;
export type WordGroup = keyof typeof WORD_GROUPS;

export function isWordGroup(name: string): name is WordGroup {
  return name in WORD_GROUPS;
}

/** What a program must say somewhere for one of its words to mean anything. */
export const NEED = {
  open: 1,
  birth: 2,
  exec: 4,
  off: 8,
  overflow: 16,
  load: 32,
  execute: 64,
  x: 128,
} as const;

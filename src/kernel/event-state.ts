/** kernel: enum perf_event_state. The numbers differ between versions; the order is what counts. */
export const PERF_EVENT_STATE = {
  dead: -4, // its last descriptor is closed
  exit: -3, // its target is gone, or has executed another program
  error: -2, // pinned, and could not be put into a register
  off: -1,
  inactive: 0, // wants to run
  active: 1, // in a register
} as const;

/** kernel: PERF_ATTACH_*. */
export const ATTACH_CONTEXT = 1;
export const ATTACH_CHILD = 2;

/** kernel: enum event_type_t, as far as breakpoints are concerned. */
export const EVENT_FLEXIBLE = 1;
export const EVENT_PINNED = 2;
export const EVENT_ALL = EVENT_FLEXIBLE | EVENT_PINNED;

/** The bits of perf_event_attr that never change, in `event.flags`. */
export const FLAG = {
  inherit: 1,
  inheritThread: 2,
  pinned: 4,
  excludeUser: 8,
  excludeKernel: 16,
  enableOnExec: 32,
  removeOnExec: 64,
  sigtrap: 128,
  freq: 256,
  exclusive: 512,
  readsGroup: 1024, // PERF_FORMAT_GROUP
  cloexec: 2048, // of the descriptor, and so of its copies
} as const;

/** Who is told of an overflow. The default writes to the ring; the others own the next step. */
export const HANDLER = { default: 0, ptrace: 1, bpf: 2, wide: 3 } as const;

/** kernel: DETACH_*. */
export const DETACH = { plain: 0, exit: 1, dead: 2 } as const;

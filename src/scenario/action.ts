import type { Errno } from "../base/index.ts";
import type {
  EventFlag,
  ModifyFlag,
  PollName,
  RawField,
  SignalName,
  UserName,
} from "./vocabulary.ts";

/**
 * What an actor can do, in two forms: as written (see `Written`: expressions, things left out) and
 * as it is run (see `Resolved`: numbers, every default filled in). `F` is the form.
 */
export interface Form {
  readonly num: unknown;
  readonly name: unknown;
  /** The type of a breakpoint. */
  readonly type: unknown;
  /** A number that has a default. */
  readonly filled: unknown;
}

/** The form that is run. `type` is HW_BREAKPOINT_*; a name of a family reads `e[3]`. */
export interface Resolved {
  readonly num: number;
  readonly name: string;
  readonly type: number;
  readonly filled: number;
}

/** An address: a variable or a function, and a distance in bytes. */
export interface Place<F extends Form> {
  readonly name: F["name"];
  readonly offset: F["filled"]; // default 0
}

export type Value<F extends Form> =
  | { readonly kind: "number"; readonly value: F["num"] }
  | { readonly kind: "address"; readonly place: Place<F> };

/** From `low` to `high`, both included. */
export interface Range<F extends Form> {
  readonly low: F["num"];
  readonly high: F["num"];
}

export type Action<F extends Form> =
  | EventAction<F>
  | Access<F>
  | TaskAction<F>
  | SignalAction<F>
  | TraceAction<F>;

// ---- events -------------------------------------------------------------------------------------

export type Target<F extends Form> =
  | { readonly kind: "self" } // pid 0
  | { readonly kind: "task"; readonly task: F["name"] }
  | { readonly kind: "none" }; // pid -1: every task on the CPU

/** The arguments of perf_event_open(). What is not written is 0, as in a zeroed perf_event_attr. */
export interface EventSpec<F extends Form> {
  readonly type: F["type"];
  readonly place: Place<F>;
  /** Default: the rest of the variable; for a function sizeof(long), on arm64 4. */
  readonly len: F["filled"];
  readonly target: Target<F>;
  readonly cpu: F["num"] | undefined; // undefined: -1, any CPU
  readonly group: F["name"] | undefined; // the leader
  readonly period: F["filled"];
  readonly freq: F["filled"]; // non-zero: sets attr.freq, too
  readonly sigData: F["filled"];
  readonly flags: readonly EventFlag[]; // in the order of EVENT_FLAGS, each once
  readonly raw: readonly { readonly field: RawField; readonly value: F["num"] }[];
}

/** The attributes last given with success, but for what is named here. */
export interface ModifySpec<F extends Form> {
  readonly type: F["type"] | undefined;
  readonly place: Place<F> | undefined;
  readonly len: F["num"] | undefined;
  readonly period: F["num"] | undefined;
  readonly sigData: F["num"] | undefined;
  readonly flags: readonly ModifyFlag[];
  readonly raw: readonly { readonly field: RawField; readonly value: F["num"] }[];
}

export type EventAction<F extends Form> =
  | { readonly kind: "open"; readonly event: F["name"]; readonly spec: EventSpec<F> }
  /** kernel: register_wide_hw_breakpoint(), as a module would; `close` unregisters it. */
  | {
      readonly kind: "open-wide";
      readonly event: F["name"];
      readonly type: F["type"];
      readonly place: Place<F>;
      readonly len: F["filled"];
    }
  | { readonly kind: "modify"; readonly event: F["name"]; readonly changes: ModifySpec<F> }
  /** ioctl; `group` is PERF_IOC_FLAG_GROUP. */
  | {
      readonly kind: "enable" | "disable" | "reset";
      readonly event: F["name"];
      readonly group: boolean;
    }
  | { readonly kind: "refresh" | "period"; readonly event: F["name"]; readonly value: F["num"] }
  /** `read` results in the count, or eof; `samples` in the number of samples in the ring so far. */
  | {
      readonly kind: "close" | "read" | "samples" | "poll" | "mmap" | "munmap" | "attach-bpf";
      readonly event: F["name"];
    }
  /** F_SETOWN to the actor, F_SETSIG, O_ASYNC. */
  | { readonly kind: "async"; readonly event: F["name"]; readonly signal: SignalName };

// ---- memory -------------------------------------------------------------------------------------

export const ACCESS_KINDS = [
  "load",
  "store",
  "rmw", // one instruction that loads and stores
  "larx", // load-reserve, load-exclusive
  "stcx", // store-conditional, store-exclusive
  "dcbz", // clears a whole cache line
  "vload", // one vector register
  "vstore",
  "copy-from-user", // the kernel loads, in a system call: write(2) of the range
  "copy-to-user", // the kernel stores, in a system call: read(2) into the range
] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

export type Access<F extends Form> =
  | {
      readonly kind: AccessKind;
      readonly place: Place<F>;
      /**
       * Bytes. Default: what is left of the variable, but at most 8, as a power of two; a vector 16;
       * a kernel copy all that is left; dcbz has none (a whole line, here 0).
       */
      readonly size: F["filled"];
      /** What store and stcx store, what rmw adds; default 1. The others have none, here 0. */
      readonly value: F["filled"];
    }
  /** A call: the first instruction of the function, then its body. */
  | { readonly kind: "execute"; readonly func: F["name"] };

// ---- tasks --------------------------------------------------------------------------------------

export type TaskAction<F extends Form> =
  /** A process; it has a copy of every descriptor unless `noFds`. */
  | {
      readonly kind: "fork";
      readonly task: F["name"];
      readonly noFds: boolean;
      readonly clearHandlers: boolean; // CLONE_CLEAR_SIGHAND
      /** Asks for a pid that is taken: fails with EEXIST when the contexts have been copied. */
      readonly takenPid: boolean;
    }
  | { readonly kind: "thread"; readonly task: F["name"] } // CLONE_THREAD
  /** The same program again, with variables and functions where they were. */
  | { readonly kind: "exec"; readonly undumpable: boolean }
  | { readonly kind: "exit" } // this thread
  | { readonly kind: "wait"; readonly task: F["name"] } // until it is dead; its parent reaps it
  | { readonly kind: "pin"; readonly cpu: F["num"] } // allowed on this CPU only
  | { readonly kind: "migrate"; readonly cpu: F["num"] } // pin, then unpin
  | { readonly kind: "unpin" }
  /** Sleeps; the same CPU switches to `task` directly, with nothing between. */
  | { readonly kind: "switch-to"; readonly task: F["name"] }
  | { readonly kind: "offline" | "online"; readonly cpu: F["num"] } // hotplug
  | { readonly kind: "as"; readonly user: UserName };

// ---- signals ------------------------------------------------------------------------------------

export type SignalAction<F extends Form> =
  /** A handler that counts, and that executes `func` if there is one. */
  | {
      readonly kind: "handle";
      readonly signal: SignalName;
      readonly func: F["name"] | undefined;
    }
  | { readonly kind: "ignore" | "default" | "block" | "unblock"; readonly signal: SignalName }
  | { readonly kind: "kill"; readonly task: F["name"]; readonly signal: SignalName }
  /** Results in how many the actor has handled so far, of one signal or of all. */
  | { readonly kind: "signals"; readonly signal: SignalName | undefined };

// ---- ptrace -------------------------------------------------------------------------------------

export type TraceAction<F extends Form> =
  /** `attach` waits for the stop. `skip` moves the PC past the instruction it stands at. */
  | { readonly kind: "attach" | "detach" | "step" | "skip"; readonly task: F["name"] }
  | {
      readonly kind: "cont";
      readonly task: F["name"];
      readonly signal: SignalName | undefined;
    }
  /** Results in the signal it stopped with, or in `exited`. */
  | { readonly kind: "wait-stop"; readonly task: F["name"] }
  | { readonly kind: "peek"; readonly task: F["name"]; readonly place: Place<F> } // 8 bytes
  | {
      readonly kind: "poke";
      readonly task: F["name"];
      readonly place: Place<F>;
      readonly value: F["num"];
    }
  | { readonly kind: "peek-dr"; readonly task: F["name"]; readonly index: F["num"] } // x86
  | {
      readonly kind: "poke-dr";
      readonly task: F["name"];
      readonly index: F["num"];
      readonly value: Value<F>;
    }
  /** powerpc PTRACE_SET_DEBUGREG; without `watch` it writes 0. */
  | {
      readonly kind: "set-debugreg";
      readonly task: F["name"];
      readonly watch: { readonly type: F["type"]; readonly place: Place<F> } | undefined;
      readonly index: F["filled"]; // default 0, the only one there is
      readonly noTranslate: boolean;
    }
  /** powerpc PPC_PTRACE_SETHWDEBUG; names the handle. Without `len` the mode is exact. */
  | {
      readonly kind: "set-hw-debug";
      readonly task: F["name"];
      readonly handle: F["name"];
      readonly type: F["type"];
      readonly place: Place<F>;
      readonly len: F["num"] | undefined;
    }
  | { readonly kind: "del-hw-debug"; readonly task: F["name"]; readonly handle: F["name"] }
  /**
   * arm64 PTRACE_SETREGSET of NT_ARM_HW_WATCH, or of NT_ARM_HW_BREAK for the type execute. Without
   * `watch` it switches watchpoint `index` off.
   */
  | {
      readonly kind: "set-regset";
      readonly task: F["name"];
      readonly index: F["num"];
      readonly watch:
        | { readonly type: F["type"]; readonly place: Place<F>; readonly len: F["filled"] } // as for open
        | undefined;
    };

// ---- results ------------------------------------------------------------------------------------

/** What a statement may result in. `ok` is any success; `any` is no expectation at all. */
export type Outcome<F extends Form> =
  | { readonly kind: "ok" | "any" | "eof" | "exited" }
  | { readonly kind: "errno"; readonly errno: Errno }
  | { readonly kind: "value"; readonly range: Range<F> }
  | { readonly kind: "bits"; readonly mask: F["num"] } // a value that has at least these bits
  | { readonly kind: "address"; readonly place: Place<F> }
  | { readonly kind: "poll"; readonly event: PollName }
  | { readonly kind: "signal"; readonly signal: SignalName } // the stop that wait-stop saw
  | { readonly kind: "killed"; readonly signal: SignalName }; // the actor died of it in the statement

/** What is looked at when all is over. A closed event shows the count it had when it was closed. */
export type Observation<F extends Form> =
  | { readonly kind: "count" | "samples"; readonly event: F["name"] }
  /** How many more CPU breakpoints of the class could be opened there. */
  | { readonly kind: "slots" | "inst-slots"; readonly cpu: F["num"] }
  | {
      readonly kind: "signals";
      readonly task: F["name"];
      readonly signal: SignalName | undefined; // undefined: all that were handled
    }
  /** si_code and si_perf_data of the last such signal that the task handled. */
  | {
      readonly kind: "si-code" | "si-data";
      readonly task: F["name"];
      readonly signal: SignalName;
    }
  /** Its si_addr; says it all, so it has no values. */
  | {
      readonly kind: "si-addr";
      readonly task: F["name"];
      readonly signal: SignalName;
      readonly place: Place<F>;
    }
  | { readonly kind: "value"; readonly place: Place<F> } // what memory holds, as many bytes as load's default
  | { readonly kind: "task"; readonly task: F["name"]; readonly fate: Fate };

export type Fate =
  | { readonly kind: "alive" | "exited" }
  | { readonly kind: "killed"; readonly signal: SignalName };

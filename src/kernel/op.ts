import type { Release } from "../abi/index.ts";
/**
 * What a task of a program can do. The shapes are those that a resolved scenario has, so one can be
 * given as it is; the kernel knows neither the language nor who runs it.
 */
export interface Place {
  readonly name: string;
  readonly offset: number;
}

export type Target =
  | { readonly kind: "self" }
  | { readonly kind: "task"; readonly task: string }
  | { readonly kind: "none" };

/** The arguments of perf_event_open(): what is not named in `flags` is 0. */
export interface EventSpec {
  readonly type: number;
  readonly place: Place;
  readonly len: number;
  readonly target: Target;
  readonly cpu: number | undefined;
  readonly group: string | undefined;
  readonly period: number;
  readonly freq: number;
  readonly sigData: number;
  readonly flags: readonly string[];
  readonly raw: readonly { readonly field: string; readonly value: number }[];
}

export interface ModifySpec {
  readonly type: number | undefined;
  readonly place: Place | undefined;
  readonly len: number | undefined;
  readonly period: number | undefined;
  readonly sigData: number | undefined;
  readonly flags: readonly string[];
  readonly raw: readonly { readonly field: string; readonly value: number }[];
}

export type EventOp =
  | { readonly kind: "open"; readonly event: string; readonly spec: EventSpec }
  | {
      readonly kind: "open-wide";
      readonly event: string;
      readonly type: number;
      readonly place: Place;
      readonly len: number;
    }
  | { readonly kind: "modify"; readonly event: string; readonly changes: ModifySpec }
  | {
      readonly kind: "enable" | "disable" | "reset";
      readonly event: string;
      readonly group: boolean;
    }
  | { readonly kind: "refresh" | "period"; readonly event: string; readonly value: number }
  | {
      readonly kind: "close" | "read" | "samples" | "poll" | "mmap" | "munmap" | "attach-bpf";
      readonly event: string;
    }
  | { readonly kind: "async"; readonly event: string; readonly signal: string };

export type AccessOp =
  | {
      readonly kind:
        | "load"
        | "store"
        | "rmw"
        | "larx"
        | "stcx"
        | "dcbz"
        | "vload"
        | "vstore"
        | "copy-from-user"
        | "copy-to-user";
      readonly place: Place;
      readonly size: number;
      readonly value: number;
    }
  | { readonly kind: "execute"; readonly func: string };

export type TaskOp =
  | {
      readonly kind: "fork";
      readonly task: string;
      readonly noFds: boolean;
      readonly clearHandlers: boolean;
      /** Asks for a pid that is taken: fails with EEXIST when the contexts have been copied. */
      readonly takenPid: boolean;
    }
  | { readonly kind: "thread"; readonly task: string }
  | { readonly kind: "exec"; readonly undumpable: boolean }
  | { readonly kind: "exit" }
  | { readonly kind: "wait"; readonly task: string }
  | { readonly kind: "pin" | "migrate"; readonly cpu: number }
  | { readonly kind: "unpin" }
  | { readonly kind: "switch-to"; readonly task: string }
  | { readonly kind: "offline" | "online"; readonly cpu: number }
  | { readonly kind: "as"; readonly user: string };

export type SignalOp =
  | { readonly kind: "handle"; readonly signal: string; readonly func: string | undefined }
  | { readonly kind: "ignore" | "default" | "block" | "unblock"; readonly signal: string }
  | { readonly kind: "kill"; readonly task: string; readonly signal: string }
  | { readonly kind: "signals"; readonly signal: string | undefined };

export interface Watch {
  readonly type: number;
  readonly place: Place;
}

export type TraceOp =
  | { readonly kind: "attach" | "detach" | "step" | "skip" | "wait-stop"; readonly task: string }
  | { readonly kind: "cont"; readonly task: string; readonly signal: string | undefined }
  | { readonly kind: "peek"; readonly task: string; readonly place: Place }
  | { readonly kind: "poke"; readonly task: string; readonly place: Place; readonly value: number }
  | { readonly kind: "peek-dr"; readonly task: string; readonly index: number }
  | {
      readonly kind: "poke-dr";
      readonly task: string;
      readonly index: number;
      readonly value:
        | { readonly kind: "number"; readonly value: number }
        | { readonly kind: "address"; readonly place: Place };
    }
  | {
      readonly kind: "set-debugreg";
      readonly task: string;
      readonly watch: Watch | undefined;
      readonly index: number;
      readonly noTranslate: boolean;
    }
  | {
      readonly kind: "set-hw-debug";
      readonly task: string;
      readonly handle: string;
      readonly type: number;
      readonly place: Place;
      readonly len: number | undefined;
    }
  | { readonly kind: "del-hw-debug"; readonly task: string; readonly handle: string }
  | {
      readonly kind: "set-regset";
      readonly task: string;
      readonly index: number;
      readonly watch: (Watch & { readonly len: number }) | undefined;
    };

export type Op = EventOp | AccessOp | TaskOp | SignalOp | TraceOp;

/** A program for one machine: every statement with the task that does it, in file order. */
export interface KernelProgram {
  readonly machine: {
    readonly arch: string;
    readonly design: string | undefined;
    readonly slots: number;
    readonly instSlots: number;
    readonly cpus: number;
    readonly paranoid: number;
    /** Major and minor number of the kernel to be; undefined: the newest. */
    readonly release?: Release | undefined;
  };
  readonly withoutFixes: readonly string[];
  readonly variables: readonly {
    readonly name: string;
    readonly size: number;
    readonly align: number;
    readonly kernel: boolean;
  }[];
  readonly functions: readonly {
    readonly name: string;
    readonly kernel: boolean;
    readonly body: readonly AccessOp[];
  }[];
  readonly tasks: readonly {
    readonly name: string;
    readonly cpu: number | undefined;
    readonly user: string;
  }[];
  readonly steps: readonly {
    readonly actor: string;
    readonly action: Op;
    readonly times: number;
    readonly phase: number;
  }[];
}

import type { Errno, Result } from "../base/index.ts";

/** A ring that perf_event_open(2)'s descriptor was mapped to: one control page, then the data. */
export interface Mapping {
  readonly buffer: ArrayBuffer;
  readonly address: bigint;
}

/** What a wait for a child or tracee told. `status` as waitpid(2) packs it. */
export interface WaitStatus {
  readonly pid: number;
  readonly status: number;
}

/** The registers of a stopped tracee that Trapline looks at. */
export interface TraceeRegisters {
  readonly instructionPointer: bigint;
}

/**
 * The one door to the kernel, as far as Node has no way of its own. Each call is one system call
 * and blocks only where its name says so. A refusal is a Result, never an exception.
 */
export interface Sys {
  /** perf_event_open(2). `pid` 0 is the caller, -1 every task; `cpu` -1 is any. */
  perfEventOpen(attr: Uint8Array, pid: number, cpu: number): Result<number>;
  ioctl(fd: number, request: number, argument: number): Result<number>;
  /** Maps `bytes` of a perf event: shared, readable and writable. */
  mapRing(fd: number, bytes: number): Result<Mapping>;
  unmapRing(mapping: Mapping): void;
  read(fd: number, into: Uint8Array): Result<number>;
  close(fd: number): void;
  /** bpf(2). Pointers inside `attr` come from `addressOf`; what they point at must stay alive. */
  bpf(command: number, attr: Uint8Array): Result<number>;
  /** Where the bytes lie in this process. Stable while they are referenced. */
  addressOf(bytes: Uint8Array): bigint;
  pidfdOpen(pid: number): Result<number>;
  /** True when poll(2) finds the descriptor readable or hung up, without waiting. */
  isReadable(fd: number): boolean;
  /** Both ends of a pipe, closed on exec: [read, write]. */
  pipe(): Result<readonly [number, number]>;
  ptrace(request: number, pid: number, data: number): Result<number>;
  /** The registers of a tracee in a stop. */
  traceeRegisters(pid: number): Result<TraceeRegisters>;
  /** waitpid(2). Blocks unless `options` has WNOHANG. */
  waitpid(pid: number, options: number): Result<WaitStatus>;
  /** Sends `signal` to one thread group. */
  kill(pid: number, signal: number): Result<number>;
}

/** A system call that the kernel refused, with what the user can do about it where we know. */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  readonly call: string;
  readonly errno: Errno;
  readonly hint: string | undefined;

  constructor(call: string, errno: Errno, hint?: string) {
    super(hint === undefined ? `${call}: ${errno}` : `${call}: ${errno}: ${hint}`);
    this.call = call;
    this.errno = errno;
    this.hint = hint;
  }
}

import type { Errno, Result } from "../base/index.ts";
import { err, ok } from "../base/index.ts";
import { INSN_BYTES, type Insn } from "./bpf-code.ts";
import type { Sys } from "./sys.ts";

const BPF_PROG_LOAD = 5;
const BPF_PROG_TEST_RUN = 10;
const BPF_RAW_TRACEPOINT_OPEN = 17;

const PROG_TYPE = { perfEvent: 7, rawTracepoint: 17 } as const;

const MOST_ATTEMPTS = 10;
const LOG_BYTES = 1 << 16;
const LICENSE = "GPL\0";

/** Why a program was not loaded. `log` is what the verifier says; empty when it was not asked. */
export interface LoadRefusal {
  readonly errno: Errno;
  readonly log: string;
}

/** Loads a program. Refused without CAP_BPF and CAP_PERFMON, or root. */
export function loadProgram(
  sys: Sys,
  type: keyof typeof PROG_TYPE,
  instructions: readonly Insn[],
): Result<number, LoadRefusal> {
  const code = concat(instructions);
  const license = new TextEncoder().encode(LICENSE);
  const log = new Uint8Array(LOG_BYTES);
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  view.setUint32(0, PROG_TYPE[type], true);
  view.setUint32(4, code.length / INSN_BYTES, true);
  view.setBigUint64(8, sys.addressOf(code), true);
  view.setBigUint64(16, sys.addressOf(license), true);
  const loaded = loadPatiently(sys, attr);
  if (loaded.ok) return loaded;
  if (loaded.error !== "EACCES" && loaded.error !== "EINVAL") {
    return err({ errno: loaded.error, log: "" });
  }
  // These two are the verifier's: ask again, for what it says.
  view.setUint32(24, 1, true);
  view.setUint32(28, LOG_BYTES, true);
  view.setBigUint64(32, sys.addressOf(log), true);
  sys.bpf(BPF_PROG_LOAD, attr);
  const text = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0))));
  return err({ errno: loaded.error, log: text });
}

/** The verifier gives up with EAGAIN where a signal is pending, as when a child has just ended. */
function loadPatiently(sys: Sys, attr: Uint8Array): Result<number> {
  let loaded = sys.bpf(BPF_PROG_LOAD, attr);
  for (let left = MOST_ATTEMPTS; !loaded.ok && loaded.error === "EAGAIN" && left > 1; left -= 1) {
    loaded = sys.bpf(BPF_PROG_LOAD, attr);
  }
  return loaded;
}

/** Lets a program run at each pass of a raw tracepoint, until the descriptor is closed. */
export function attachRawTracepoint(sys: Sys, name: string, program: number): Result<number> {
  const text = new TextEncoder().encode(`${name}\0`);
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  view.setBigUint64(0, sys.addressOf(text), true);
  view.setUint32(8, program, true);
  return sys.bpf(BPF_RAW_TRACEPOINT_OPEN, attr);
}

/** Runs a raw tracepoint's program once, now, with these arguments; gives what it returned. */
export function testRun(sys: Sys, program: number, args: BigUint64Array): Result<number> {
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  const context = new Uint8Array(args.buffer);
  view.setUint32(0, program, true);
  view.setUint32(40, context.byteLength, true);
  view.setBigUint64(48, sys.addressOf(context), true);
  const ran = sys.bpf(BPF_PROG_TEST_RUN, attr);
  return ran.ok ? ok(view.getUint32(4, true)) : ran;
}

function concat(parts: readonly Insn[]): Uint8Array {
  const all = new Uint8Array(parts.length * INSN_BYTES);
  parts.forEach((part, index) => {
    all.set(part, index * INSN_BYTES);
  });
  return all;
}

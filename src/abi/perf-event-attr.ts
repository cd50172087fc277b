/** The single-bit members of `struct perf_event_attr`, by their bit in the word at offset 40. */
const FLAG_BITS = {
  disabled: 0,
  inherit: 1,
  pinned: 2,
  excludeUser: 4,
  excludeKernel: 5,
  excludeHv: 6,
  mmap: 8,
  comm: 9,
  enableOnExec: 12,
  task: 13,
  watermark: 14,
  sampleIdAll: 18,
  excludeCallchainKernel: 21,
  excludeCallchainUser: 22,
  mmap2: 23,
  commExec: 24,
  useClockid: 25,
  contextSwitch: 26,
  inheritThread: 35,
  removeOnExec: 36,
} as const;

export type PerfEventFlag = keyof typeof FLAG_BITS;

/** `struct perf_event_attr`, less what Trapline never sets. Absent numbers are 0. */
export interface PerfEventAttr {
  readonly type: number;
  readonly config?: number;
  readonly samplePeriod?: number;
  readonly sampleType?: number;
  readonly readFormat?: number;
  readonly flags: readonly PerfEventFlag[];
  /** Bytes in the ring that wake a poller; needs the flag `watermark`. */
  readonly wakeupWatermark?: number;
  readonly bpType?: number;
  readonly bpAddr?: bigint;
  readonly bpLen?: number;
  readonly clockid?: number;
  readonly sampleRegsUser?: bigint;
  /** Bytes from the top of the stack: a multiple of 8. */
  readonly sampleStackUser?: number;
  readonly sampleRegsIntr?: bigint;
  readonly sampleMaxStack?: number;
}

/** The size this encoding has: PERF_ATTR_SIZE_VER8. Older kernels accept it while its tail is 0. */
export const PERF_ATTR_SIZE = 136;

/** The bytes that perf_event_open(2) takes, little-endian. */
export function encodePerfEventAttr(attr: PerfEventAttr): Uint8Array {
  const bytes = new Uint8Array(PERF_ATTR_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, attr.type, true);
  view.setUint32(4, PERF_ATTR_SIZE, true);
  view.setBigUint64(8, BigInt(attr.config ?? 0), true);
  view.setBigUint64(16, BigInt(attr.samplePeriod ?? 0), true);
  view.setBigUint64(24, BigInt(attr.sampleType ?? 0), true);
  view.setBigUint64(32, BigInt(attr.readFormat ?? 0), true);
  view.setBigUint64(40, flagWord(attr.flags), true);
  view.setUint32(48, attr.wakeupWatermark ?? 0, true);
  view.setUint32(52, attr.bpType ?? 0, true);
  view.setBigUint64(56, attr.bpAddr ?? 0n, true);
  view.setBigUint64(64, BigInt(attr.bpLen ?? 0), true);
  view.setBigUint64(80, attr.sampleRegsUser ?? 0n, true);
  view.setUint32(88, attr.sampleStackUser ?? 0, true);
  view.setInt32(92, attr.clockid ?? 0, true);
  view.setBigUint64(96, attr.sampleRegsIntr ?? 0n, true);
  view.setUint16(108, attr.sampleMaxStack ?? 0, true);
  return bytes;
}

function flagWord(flags: readonly PerfEventFlag[]): bigint {
  return flags.reduce((word, flag) => word | (1n << BigInt(FLAG_BITS[flag])), 0n);
}

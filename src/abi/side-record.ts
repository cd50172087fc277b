import {
  PERF_RECORD_COMM,
  PERF_RECORD_EXIT,
  PERF_RECORD_FORK,
  PERF_RECORD_LOST,
  PERF_RECORD_LOST_SAMPLES,
  PERF_RECORD_MISC_COMM_EXEC,
  PERF_RECORD_MISC_SWITCH_OUT,
  PERF_RECORD_MMAP2,
  PERF_RECORD_SWITCH,
  PERF_RECORD_SWITCH_CPU_WIDE,
} from "./constants.ts";

/**
 * What a ring tells besides hits: the life of tasks and of their mappings, and their switches, whose
 * records must end with task, time and processor (`sample_id_all`). `time` is in ns of the ring's clock; pids and tids are as the opener's pid namespace numbers them.
 */
export type SideRecord =
  | ({ readonly kind: "fork" } & TaskRecord)
  | ({ readonly kind: "exit" } & TaskRecord)
  | {
      readonly kind: "comm";
      readonly pid: number;
      readonly tid: number;
      readonly comm: string;
      /** The name changed because the task executed another program. */
      readonly exec: boolean;
    }
  | {
      readonly kind: "mmap";
      readonly pid: number;
      readonly tid: number;
      readonly addr: bigint;
      readonly len: bigint;
      readonly pgoff: bigint;
      readonly maj: number;
      readonly min: number;
      readonly ino: bigint;
      readonly prot: number;
      readonly path: string;
    }
  /** A task came onto this processor, or left it. */
  | {
      readonly kind: "switch";
      readonly pid: number;
      readonly tid: number;
      readonly cpu: number;
      readonly on: boolean;
    }
  | { readonly kind: "lost"; readonly count: bigint }
  | { readonly kind: "unknown"; readonly type: number; readonly size: number };

/** A task that began or ended, and its parent. */
export interface TaskRecord {
  readonly pid: number;
  readonly ppid: number;
  readonly tid: number;
  readonly ptid: number;
  readonly time: bigint;
}

/** A record whose fields do not fit in its size. Never from a sound kernel. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly type: number;
  readonly size: number;

  constructor(type: number, size: number, what: string) {
    super(`perf record of type ${type}, ${size} bytes: ${what}`);
    this.type = type;
    this.size = size;
  }
}

const HEADER = 8;
const MMAP2_PATH = 72;
const COMM_TEXT = 16;
/** pid, tid; time; cpu and four bytes of nothing. */
const SWITCH_TRAILER = 24;

/** UTF-8 to text: the platform's own, for the pure rooms have none. */
export type DecodeText = (bytes: Uint8Array) => string;

/** Decodes one record that is not a sample, header included. Throws RecordError when cut short. */
export function decodeSideRecord(view: DataView, decodeText: DecodeText): SideRecord {
  const type = view.getUint32(0, true);
  const misc = view.getUint16(4, true);
  const size = view.byteLength;
  const need = (bytes: number) => {
    if (size < bytes) throw new RecordError(type, size, `${bytes} bytes expected`);
  };
  switch (type) {
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      need(32);
      return type === PERF_RECORD_FORK
        ? { kind: "fork", ...taskFields(view) }
        : { kind: "exit", ...taskFields(view) };
    case PERF_RECORD_COMM:
      need(COMM_TEXT + 1);
      return {
        kind: "comm",
        pid: view.getInt32(HEADER, true),
        tid: view.getInt32(HEADER + 4, true),
        comm: textAt(view, COMM_TEXT, decodeText),
        exec: (misc & PERF_RECORD_MISC_COMM_EXEC) !== 0,
      };
    case PERF_RECORD_MMAP2:
      need(MMAP2_PATH + 1);
      return mmapFields(view, decodeText);
    case PERF_RECORD_SWITCH:
    case PERF_RECORD_SWITCH_CPU_WIDE:
      need(HEADER + SWITCH_TRAILER);
      return {
        kind: "switch",
        pid: view.getInt32(size - SWITCH_TRAILER, true),
        tid: view.getInt32(size - SWITCH_TRAILER + 4, true),
        cpu: view.getUint32(size - 8, true),
        on: (misc & PERF_RECORD_MISC_SWITCH_OUT) === 0,
      };
    case PERF_RECORD_LOST:
      need(24);
      return { kind: "lost", count: view.getBigUint64(16, true) };
    case PERF_RECORD_LOST_SAMPLES:
      need(16);
      return { kind: "lost", count: view.getBigUint64(8, true) };
    default:
      return { kind: "unknown", type, size };
  }
}

function taskFields(view: DataView): TaskRecord {
  return {
    pid: view.getInt32(HEADER, true),
    ppid: view.getInt32(HEADER + 4, true),
    tid: view.getInt32(HEADER + 8, true),
    ptid: view.getInt32(HEADER + 12, true),
    time: view.getBigUint64(HEADER + 16, true),
  };
}

function mmapFields(view: DataView, decodeText: DecodeText): SideRecord {
  return {
    kind: "mmap",
    pid: view.getInt32(HEADER, true),
    tid: view.getInt32(HEADER + 4, true),
    addr: view.getBigUint64(16, true),
    len: view.getBigUint64(24, true),
    pgoff: view.getBigUint64(32, true),
    maj: view.getUint32(40, true),
    min: view.getUint32(44, true),
    ino: view.getBigUint64(48, true),
    prot: view.getUint32(64, true),
    path: textAt(view, MMAP2_PATH, decodeText),
  };
}

/** The text from `offset` to the first zero byte, or to the end of the record. */
function textAt(view: DataView, offset: number, decodeText: DecodeText): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, view.byteLength - offset);
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
}

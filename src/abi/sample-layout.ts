import {
  PERF_SAMPLE_CALLCHAIN,
  PERF_SAMPLE_CPU,
  PERF_SAMPLE_IDENTIFIER,
  PERF_SAMPLE_IP,
  PERF_SAMPLE_REGS_INTR,
  PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME,
} from "./constants.ts";

/** Where the fields of a PERF_RECORD_SAMPLE lie, in 32-bit words from the start of the record. */
export interface SampleLayout {
  readonly sampleType: number;
  /** Which event: undefined where a ring is one event's own. */
  readonly identifier: number | undefined;
  readonly ip: number;
  readonly pid: number;
  readonly tid: number;
  readonly time: number;
  readonly cpu: number | undefined;
  /** Where the count of call chain entries stands; the entries follow it. */
  readonly callchain: number | undefined;
  /** Where the fields of varying length begin: the call chain, if there is one, then raw data. */
  readonly varying: number;
  readonly regsIntr: boolean;
}

const U64_WORDS = 2;

/** The fields before the first one of varying length, in the order of perf_output_sample(). */
const FIXED = [
  PERF_SAMPLE_IDENTIFIER,
  PERF_SAMPLE_IP,
  PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME,
  PERF_SAMPLE_CPU,
] as const;

/** What every hit carries: where, who and when. */
const ALWAYS = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;

export interface SampleWishes {
  /** Which event a sample is of: for rings that several share. */
  readonly identifier?: boolean;
  /** The CPU in each sample: for rings that are not one CPU's own. */
  readonly cpu?: boolean;
  readonly callchain?: boolean;
  readonly regsIntr?: boolean;
}

/** The sample type for these wishes, and where each field then lies. */
export function sampleLayout(wishes: SampleWishes): SampleLayout {
  const sampleType =
    ALWAYS |
    (wishes.identifier ? PERF_SAMPLE_IDENTIFIER : 0) |
    (wishes.cpu ? PERF_SAMPLE_CPU : 0) |
    (wishes.callchain ? PERF_SAMPLE_CALLCHAIN : 0) |
    (wishes.regsIntr ? PERF_SAMPLE_REGS_INTR : 0);
  const at = new Map<number, number>();
  let next = U64_WORDS; // behind the header
  for (const field of FIXED.filter((bit) => sampleType & bit)) {
    at.set(field, next);
    next += U64_WORDS;
  }
  const where = (field: number) => at.get(field) ?? 0;
  return {
    sampleType,
    identifier: at.get(PERF_SAMPLE_IDENTIFIER),
    ip: where(PERF_SAMPLE_IP),
    pid: where(PERF_SAMPLE_TID),
    tid: where(PERF_SAMPLE_TID) + 1,
    time: where(PERF_SAMPLE_TIME),
    cpu: at.get(PERF_SAMPLE_CPU),
    callchain: wishes.callchain ? next : undefined,
    varying: next,
    regsIntr: wishes.regsIntr ?? false,
  };
}

import type { Recording } from "../../recording/index.ts";
import { type ValueTest, valueTest } from "./value-test.ts";
import type { Writers } from "./writers.ts";

/** Which hits are shown, as people type it; what is empty lets everything through. */
export interface Filter {
  /** Part of a thread's name, or its id. */
  readonly thread: string;
  /** Part of a function, a file or a system call. */
  readonly code: string;
  /** `5`, `>= 3`, `1..9`, the name of an enumerator. */
  readonly value: string;
  /** One writer alone, by its index. */
  readonly writer: number | undefined;
}

export const NO_FILTER: Filter = { thread: "", code: "", value: "", writer: undefined };

/** Decides for each hit, by its place in the recording. */
export type Passes = (at: number) => boolean;

/** Of what a filter decides. */
interface Hits {
  readonly recording: Recording;
  readonly writers: Writers;
  readonly numbers: { readonly items: Float64Array };
}

/** Undefined where everything passes. Names are looked at once for each thread and writer. */
export function passesOf(
  filter: Filter,
  { recording, writers, numbers }: Hits,
): Passes | undefined {
  const { thread, code, writer } = filter;
  const test = testOf(filter, recording);
  if (thread === "" && code === "" && writer === undefined && test === undefined) return undefined;
  const threadPasses = remembered((at) => {
    const who = recording.threads[at];
    return who !== undefined && isThread(who, thread);
  });
  const writerPasses = remembered((index) => {
    const it = writers.list[index];
    return it !== undefined && `${it.code} ${it.site.frame.object ?? ""}`.includes(code);
  });
  return (at) => {
    const by = writers.ofHit.items[at] ?? 0;
    if (writer !== undefined && by !== writer) return false;
    if (test !== undefined && !test(numbers.items[at] ?? Number.NaN)) return false;
    if (thread !== "" && !threadPasses(recording.hits.threads[at] ?? 0)) return false;
    return code === "" || writerPasses(by);
  };
}

function isThread({ comm, tid }: { comm: string; tid: number }, text: string): boolean {
  return `${comm} ${tid}`.includes(text);
}

/** What is not understood does not filter: it is told beside where it was typed. */
function testOf({ value }: Filter, { header }: Recording): ValueTest | undefined {
  if (value.trim() === "") return undefined;
  const test = valueTest(value, header?.watch?.spots ?? []);
  return test.ok ? test.value : undefined;
}

function remembered(decide: (index: number) => boolean): (index: number) => boolean {
  const known: (boolean | undefined)[] = [];
  return (index) => {
    known[index] ??= decide(index);
    return known[index] ?? false;
  };
}

import type { CheckView } from "../check/index.ts";
import type { Counterexample } from "../explore/index.ts";
import type { RecordedHunt, RecordedHunted } from "../recording/index.ts";
import type { Hunt, HuntOptions, Totals } from "./explore-hunt.ts";

/** What is shown of a finding, now or when it was recorded. */
export interface FindingView
  extends Pick<CheckView, "program" | "violation" | "trace" | "switches"> {
  readonly number: number;
  readonly symptom: string;
  readonly scenario: string;
  readonly length: number;
  readonly counterexample: Counterexample;
}

/** What is shown at the end of a hunt, now or when it was recorded. */
export interface HuntView extends RecordedHunt {
  readonly wanted: RecordedHunted;
}

export function huntedOf({
  machine,
  words,
  ...options
}: Pick<
  HuntOptions,
  "machine" | "words" | "tasks" | "cpus" | "events" | "length"
>): RecordedHunted {
  const { arch, design, withoutFixes } = machine;
  const { tasks, cpus, events, length } = options;
  return { arch, design, without: withoutFixes, tasks, cpus, events, length, words: [...words] };
}

export function huntView(hunt: Hunt, totals: Totals, options: HuntOptions): HuntView {
  const { shard, settled, detours } = options;
  const { states, transitions, seconds, cut, reduced, ended } = hunt;
  return {
    wanted: huntedOf(options),
    findings: hunt.findings.length,
    programs: [...totals].map(([length, total]) => ({
      length,
      tried: hunt.tried.get(length) ?? 0,
      total,
    })),
    ...{ states, transitions, seconds },
    bounded: Object.fromEntries(hunt.bounded),
    ...{ cut, reduced, ended },
    shard: `${shard.index + 1}/${shard.of}`,
    ...{ settled, detours },
  };
}

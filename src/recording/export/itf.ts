import type {
  RecordedKind,
  RecordedObject,
  RecordedProgram,
  RecordedStep,
  RecordedVerdict,
  RecordingHeader,
} from "../recorded.ts";
import type { Exporter, ExportOf, Put } from "./exporter.ts";

/** Apalache's word for an integer that may be too large for a double. */
const bigint = (value: number) => ({ "#bigint": String(value) });

const BITS = 32;

/**
 * Informal Trace Format: a state for the beginning and one behind each step, whole, with the objects of
 * the model as functions from their numbers. One trace a file: the first program that has steps.
 */
export class Itf implements Exporter {
  private readonly put: Put;
  private of: RecordedProgram | undefined;
  private trapline = "";
  private states: object[] = [];
  private objects = new Map<string, Map<number, Map<string, readonly number[]>>>();
  private ended: RecordedVerdict | undefined;

  constructor({ put }: ExportOf) {
    this.put = put;
  }

  header({ trapline }: RecordingHeader): void {
    this.trapline = trapline;
  }

  program(program: RecordedProgram): void {
    if (this.states.length > 1) return;
    this.of = program;
    this.ended = undefined;
    this.objects = new Map(program.kinds.map(({ name }) => [name, new Map()]));
    for (const object of program.objects) this.apply(object);
    const none = { cpu: 0, task: "", fn: "", label: "", slots: "", locks: "" };
    this.states = [this.state(none)];
  }

  step(step: RecordedStep): void {
    if (this.of === undefined || this.ended !== undefined) return;
    for (const object of step.objects) this.apply(object);
    this.states.push(this.state(step));
  }

  verdict(verdict: RecordedVerdict): void {
    this.ended ??= verdict;
  }

  end(): void {
    const kinds = this.of?.kinds ?? [];
    const trace = {
      "#meta": {
        ...{
          format: "ITF",
          "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        },
        ...{ source: this.of?.file, description: `made by trapline ${this.trapline}` },
        ...{ violated: this.ended?.violation?.property },
      },
      params: [],
      vars: ["step", ...kinds.map(({ name }) => name)],
      states: this.states,
    };
    this.put(`${JSON.stringify(trace)}\n`);
  }

  /** An object is changed, made or gone: states before keep what they had. */
  private apply({ record, id, what, fields }: RecordedObject): void {
    const ofKind = this.objects.get(record) ?? new Map<number, Map<string, readonly number[]>>();
    this.objects.set(record, ofKind);
    if (what === "freed") {
      ofKind.delete(id);
      return;
    }
    const before = what === "born" ? new Map<string, readonly number[]>() : ofKind.get(id);
    ofKind.set(id, new Map([...(before ?? []), ...Object.entries(fields)]));
  }

  private state(
    step: Pick<RecordedStep, "cpu" | "task" | "fn" | "label" | "slots" | "locks">,
  ): object {
    const { cpu, task, fn, label, slots, locks } = step;
    const kinds = this.of?.kinds ?? [];
    const objects = kinds.map((kind) => [kind.name, this.functionOf(kind)]);
    return {
      "#meta": { index: this.states.length },
      step: { cpu: bigint(cpu), task, fn, label, slots, locks },
      ...Object.fromEntries(objects),
    };
  }

  /** All living objects of a kind, by number. A field that is not there is 0. */
  private functionOf(kind: RecordedKind): object {
    const objects = [...(this.objects.get(kind.name) ?? [])].sort(([a], [b]) => a - b);
    return { "#map": objects.map(([id, words]) => [bigint(id), recordOf(kind, words)]) };
  }
}

function recordOf({ fields, sets }: RecordedKind, words: ReadonlyMap<string, readonly number[]>) {
  const values = fields.map((field) => {
    const value = words.get(field) ?? [0];
    if (sets[field] !== undefined) return [field, { "#set": membersOf(value).map(bigint) }];
    const [only = 0] = value;
    return [field, value.length === 1 ? bigint(only) : value.map(bigint)];
  });
  return Object.fromEntries(values);
}

/** The ids in a set, a bit each. */
function membersOf(words: readonly number[]): readonly number[] {
  return words.flatMap((word, index) =>
    Array.from({ length: BITS }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => index * BITS + bit),
  );
}

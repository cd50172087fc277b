import type { RecordedObject } from "../../recording/index.ts";
import { fieldText, isShown, nameOf } from "./field-text.ts";
import { breaksAt, type ModelRun } from "./model-run.ts";

/** A step in words, for whoever hears it. */
export function stepWords(model: ModelRun, step: number): string {
  const { run, lost, failing } = model;
  const it = run.steps[step];
  if (it === undefined) return "before the first step";
  const who = it.task === "idle" ? `CPU ${it.cpu}` : `CPU ${it.cpu}, task ${it.task}`;
  const what = it.fn === "user" ? `user mode, ${it.label}` : `${it.fn}, ${it.label}`;
  const broken = breaksAt(model, step).filter(({ since }) => since === step);
  const words = [
    `Step ${step + 1} of ${run.steps.length}. ${who}: ${what}.`,
    ...changeWords(model, step).map((line) => `${line}.`),
    ...broken.map(({ reference }) => `${brokenWords(model, reference)} from here on.`),
    ...(step === lost ? ["Here it is lost."] : []),
    ...(step === failing ? [`Here it fails: ${run.verdict?.violation?.message ?? ""}.`] : []),
  ];
  return words.join(" ");
}

/** What a step changed, an object a line; only what somebody may want to know. */
export function changeWords(model: ModelRun, step: number): readonly string[] {
  const objects = model.run.steps[step]?.objects ?? [];
  return objects.flatMap((object) => objectWords(model, object));
}

function objectWords({ history, run }: ModelRun, object: RecordedObject): readonly string[] {
  const { actors } = run.program;
  const name = nameOf(history, actors, object);
  if (object.what === "freed") return [`${name} is freed`];
  const fields = Object.entries(object.fields).filter(([field]) => isShown(field));
  if (fields.length === 0) return object.what === "born" ? [`${name} is born`] : [];
  const values = fields.map(([field, words]) => {
    return `${field} = ${fieldText(history, actors, { object, field, words })}`;
  });
  const born = object.what === "born" ? " is born" : "";
  return [`${name}${born}: ${values.join(", ")}`];
}

/** A broken pointer: `ctx 3->task is TASK_TOMBSTONE`. */
export function brokenWords(
  { history, run }: ModelRun,
  { from, field, to, state }: ReturnType<typeof breaksAt>[number]["reference"],
): string {
  const name = (it: typeof from) => nameOf(history, run.program.actors, it);
  return state === "tombstone"
    ? `${name(from)}->${field} is TASK_TOMBSTONE`
    : `${name(from)}->${field} dangles: ${name(to)} was freed`;
}

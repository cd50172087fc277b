import { fieldText, nameOf } from "./field-text.ts";
import type { ModelRun } from "./model-run.ts";
import type { ObjectHistory, ObjectName } from "./object-history.ts";
import type { Reference } from "./references.ts";

/** An object as it stands in the strip. */
export interface StripBox {
  readonly object: ObjectName;
  readonly title: string;
  readonly lines: readonly string[];
  /** `ghost`: freed, and still named by somebody. `tomb`: TASK_TOMBSTONE. */
  readonly look: "live" | "on" | "ended" | "ghost" | "tomb";
  /** The actor whose colour it has. */
  readonly task: string | undefined;
}

/** The columns of the strip, from left to right. */
export const COLUMNS = ["task", "ctx", "event", "perCpu"] as const;

const TOMB: ObjectName = { record: "task", id: -1 };

/** What the strip shows after a step: all that lives, what was freed and is still named, the tombstone. */
export function boxesAt(
  model: ModelRun,
  step: number,
  references: readonly Reference[],
): readonly StripBox[] {
  const { history } = model;
  const named = new Set(references.map(({ to }) => `${to.record} ${to.id}`));
  const boxes = history.names.flatMap((object) => {
    if (!COLUMNS.some((record) => record === object.record)) return [];
    const isLive = history.isLive(object, step);
    if (!isLive && !named.has(`${object.record} ${object.id}`)) return [];
    return isLive && isUnborn(history, object, step) ? [] : [boxOf(model, object, step, isLive)];
  });
  const isEntombed = references.some(({ state }) => state === "tombstone");
  if (!isEntombed) return boxes;
  const tomb: StripBox = {
    ...{ object: TOMB, title: "TOMBSTONE", lines: ["no task"] },
    ...{ look: "tomb", task: undefined },
  };
  return [...boxes, tomb];
}

/** A task that nobody has forked yet has a place in the model, and none here. */
function isUnborn(history: ObjectHistory, object: ObjectName, step: number): boolean {
  return object.record === "task" && history.word(object, "state", step) === 0;
}

function boxOf(model: ModelRun, object: ObjectName, step: number, isLive: boolean): StripBox {
  const { history, run } = model;
  const { actors } = run.program;
  const title = nameOf(history, actors, object);
  const task = object.record === "task" ? title : undefined;
  if (!isLive) {
    const freed = history.freedAt(object, step);
    const lines = [freed === undefined ? "gone" : `freed at ${freed + 1}`];
    return { object, title, lines, look: "ghost", task };
  }
  return { object, title, task, ...(LOOKS[object.record]?.({ model, object, step }) ?? PLAIN) };
}

interface Looked {
  readonly model: ModelRun;
  readonly object: ObjectName;
  readonly step: number;
}
type Look = Pick<StripBox, "lines" | "look">;

const PLAIN: Look = { lines: [], look: "live" };

const LOOKS: Readonly<Record<string, (it: Looked) => Look>> = {
  task({ model: { history, current }, object, step }) {
    const cpu = current[step]?.indexOf(object.id) ?? -1;
    const state = history.word(object, "state", step);
    const words = ["unborn", "ready", "asleep", "stopped", "zombie"];
    const isExiting = history.word(object, "exiting", step) !== 0;
    const lines = [
      cpu >= 0 ? `on CPU${cpu}` : (words[state] ?? "?"),
      ...(isExiting ? ["exiting"] : []),
      ...(history.word(object, "stepBit", step) === 0 ? [] : ["step bit set"]),
      `refs ${history.word(object, "refs", step)}`,
    ];
    return { lines, look: state === 4 ? "ended" : cpu >= 0 ? "on" : "live" };
  },
  ctx({ model: { history }, object, step }) {
    const isActive = history.word(object, "isActive", step) !== 0;
    const pins = history.word(object, "pinCount", step);
    const lines = [
      isActive ? "active" : "inactive",
      ...(history.word(object, "task", step) === 0 ? ["of a CPU"] : []),
      `refs ${history.word(object, "refs", step)}`,
      ...(pins === 0 ? [] : [`pins ${pins}`]),
    ];
    return { lines, look: isActive ? "on" : "live" };
  },
  event({ model: { history, run }, object, step }) {
    const state = history.word(object, "state", step);
    const { actors } = run.program;
    const text = (field: string) =>
      fieldText(history, actors, { object, field, words: history.words(object, field, step) });
    const isOfTask = history.word(object, "target", step) !== 0;
    const lines = [
      text("state"),
      isOfTask ? `of ${text("target")}` : `of CPU${text("cpu")}`,
      `refs ${text("refs")}`,
      `count ${text("count")}`,
      ...(history.word(object, "perfSingleStep", step) === 0 ? [] : ["single step"]),
    ];
    return { lines, look: state === 1 ? "on" : state <= -3 ? "ended" : "live" };
  },
  perCpu({ model: { history, run, current }, object, step }) {
    const armed = history.word(object, "armed", step);
    const slots = history.words(object, "slot", step);
    const task = current[step]?.[object.id] ?? 0;
    const runs = nameOf(history, run.program.actors, { record: "task", id: task });
    const lines = slots.map((event, register) => {
      const isOn = ((armed >>> register) & 1) === 1;
      return `${register}: ${event === 0 ? "-" : `e${event}`} ${isOn ? "on" : "off"}`;
    });
    const mask = history.word(object, "stepMask", step);
    const pending = mask === 0 ? [] : [`step_mask ${mask}`];
    return { lines: [runs, ...lines, ...pending], look: armed === 0 ? "live" : "on" };
  },
};

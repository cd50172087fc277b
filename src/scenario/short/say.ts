import {
  type Draft,
  type EventDraft,
  needing,
  noted,
  type ShortBounds,
  say,
  speakerOf,
  TASK_NAMES,
  type TaskDraft,
  withTask,
} from "./draft.ts";
import { canUse, cpusOf, openings } from "./say-open.ts";
import { traces } from "./say-trace.ts";
import { NEED } from "./words.ts";

/** All that the speaker can say next in so many words. What cannot mean anything is left out. */
export function* statements(draft: Draft, bounds: ShortBounds, budget: number): Generator<Draft> {
  if (budget < 1 || speakerOf(draft).task.hasExited) return;
  yield* openings(draft, bounds, budget);
  yield* births(draft, bounds, budget);
  // Before anything is opened or born there is nothing that any of the rest could meet.
  if (draft.events.length === 0 && draft.tasks.length === 1) return;
  yield* accesses(draft, bounds, budget);
  for (const event of draft.events) {
    if (canUse(draft, event)) yield* uses(draft, bounds, { event, budget });
  }
  yield* ofTasks(draft, bounds);
  yield* traces(draft, bounds, budget);
}

function* births(draft: Draft, { tasks, words }: ShortBounds, budget: number): Generator<Draft> {
  if (draft.tasks.length >= tasks || !words.has("birth")) return;
  yield born(draft, { kind: "fork", length: 1 });
  if (budget > 1) yield born(draft, { kind: "fork", noFds: true, length: 2 });
  yield born(draft, { kind: "thread", length: 1 });
}

interface Birth {
  readonly kind: "fork" | "thread";
  readonly noFds?: boolean;
  readonly length: number;
}

function born(draft: Draft, { kind, noFds = false, length }: Birth): Draft {
  const { task } = speakerOf(draft);
  const number = draft.tasks.length;
  const name = TASK_NAMES[number] ?? `T${number}`;
  const leader = kind === "fork" ? number : task.leader;
  const child: TaskDraft = {
    name,
    leader,
    closed: task.closed,
    hasExited: false,
    tracer: undefined,
  };
  const said = say(draft, `${kind} ${name}${noFds ? " no-fds" : ""}`, length);
  const copies = (it: EventDraft) => kind === "fork" && !noFds && canUse(draft, it);
  const events = draft.events.map((it) =>
    copies(it) ? { ...it, holders: [...it.holders, leader] } : it,
  );
  const tasks = [...draft.tasks, child];
  return noted({ ...said, tasks, events, speakers: [...draft.speakers, number] }, NEED.birth);
}

function* accesses(draft: Draft, { arch, words }: ShortBounds, budget: number): Generator<Draft> {
  const isPowerpc = arch.startsWith("powerpc");
  if (words.has("access")) {
    yield noted(say(draft, "store x", 1), NEED.x);
    if (budget > 1 && (draft.said & NEED.x) !== 0) yield say(draft, "store y", 2);
    yield noted(say(draft, "load x", 1), NEED.load | NEED.x);
    if (!isPowerpc) yield noted(say(draft, "execute f", 1), NEED.execute);
  }
  if (words.has("copy")) yield noted(say(draft, "copy-to-user x", 1), NEED.x);
  if (words.has("reserve") && arch !== "x86")
    yield noted(say(draft, "larx x", 1), NEED.load | NEED.x);
}

function* uses(
  draft: Draft,
  { words }: ShortBounds,
  { event, budget }: { event: EventDraft; budget: number },
): Generator<Draft> {
  const { name, place, hasPeriod, inherits } = event;
  if (words.has("ioctl")) {
    yield needing(say(draft, `enable ${name}`, 1), NEED.off);
    yield noted(say(draft, `disable ${name}`, 1), NEED.off);
    if (hasPeriod) yield noted(say(draft, `period ${name} 2`, 1), NEED.overflow);
    if (hasPeriod && !inherits)
      yield noted(say(draft, `refresh ${name} 1`, 1), NEED.overflow | NEED.off);
  }
  if (words.has("modify")) {
    if (place !== "f") yield say(draft, `modify ${name} at ${place === "x" ? "y" : "x"}`, 1);
    yield noted(say(draft, `modify ${name} disabled`, 1), NEED.off);
    if (budget > 1 && place === "x") yield needing(say(draft, `modify ${name} rw`, 2), NEED.load);
  }
  if (words.has("signal") && hasPeriod)
    yield noted(say(draft, `async ${name} SIGUSR1`, 1), NEED.overflow);
  if (words.has("close")) yield closed(draft, name);
}

function closed(draft: Draft, name: string): Draft {
  const { number, task } = speakerOf(draft);
  return withTask(say(draft, `close ${name}`, 1), number, { closed: [...task.closed, name] });
}

function* ofTasks(draft: Draft, bounds: ShortBounds): Generator<Draft> {
  const { words } = bounds;
  const { number, task } = speakerOf(draft);
  const living = draft.tasks.filter((it) => !it.hasExited || it === task);
  const others = draft.tasks.filter((_, at) => at !== number);
  if (words.has("signal")) for (const it of living) yield say(draft, `kill ${it.name} SIGUSR1`, 1);
  if (words.has("kill")) for (const it of others) yield say(draft, `kill ${it.name} SIGKILL`, 1);
  for (const cpu of cpusOf(draft, bounds)) {
    const cpus = Math.max(draft.cpus, cpu + 1);
    yield { ...say(draft, `migrate cpu${cpu}`, 1), cpus };
    yield { ...say(draft, `pin cpu${cpu}`, 1), cpus };
  }
  const isAlone = draft.tasks.every((it, at) => at === number || it.leader !== task.leader);
  if (words.has("exec") && isAlone) {
    yield noted(say(draft, "exec", 1), NEED.exec);
    yield noted(say(draft, "exec undumpable", 1), NEED.exec);
  }
  if (words.has("switch") && others[0] !== undefined)
    yield say(draft, `switch-to ${others[0].name}`, 1);
  if (words.has("exit")) yield withTask(say(draft, "exit", 1), number, { hasExited: true });
}

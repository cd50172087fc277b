import {
  type Draft,
  EVENT_NAMES,
  type EventDraft,
  needing,
  noted,
  type ShortBounds,
  say,
  speakerOf,
} from "./draft.ts";
import { NEED } from "./words.ts";

// In the order in which they are printed.
const FLAGS = [
  "disabled",
  "inherit",
  "pinned",
  "enable-on-exec",
  "remove-on-exec",
  "sigtrap",
] as const;
type Flag = (typeof FLAGS)[number];

interface Choice {
  readonly type: "write" | "rw" | "execute";
  readonly place: "x" | "y" | "f";
  /** The name of a task; `none`: whoever runs on the CPU. */
  readonly target: string | undefined;
  readonly cpu: number | undefined;
  readonly group: string | undefined;
  readonly hasPeriod: boolean;
  readonly flags: readonly Flag[];
  readonly length: number;
}

/** The speaker's own stores to x, on any CPU, from now on. */
const PLAIN: Choice = {
  type: "write",
  place: "x",
  target: undefined,
  cpu: undefined,
  group: undefined,
  hasPeriod: false,
  flags: [],
  length: 1,
};

/** The speaker opens an event. Each thing that is not as in the plain one counts as a word. */
export function* openings(draft: Draft, bounds: ShortBounds, budget: number): Generator<Draft> {
  if (draft.events.length >= bounds.events) return;
  for (const choice of choices(draft, bounds, budget)) yield opened(draft, choice);
}

type Changes = Omit<Partial<Choice>, "length">;

function choices(draft: Draft, bounds: ShortBounds, budget: number): readonly Choice[] {
  let all = [PLAIN].filter((it) => it.length <= budget);
  const vary = (variantsOf: (it: Choice) => readonly Changes[]) => {
    const longer = all
      .filter((it) => it.length < budget)
      .flatMap((it) => variantsOf(it).map((to) => ({ ...it, ...to, length: it.length + 1 })));
    all = [...all, ...longer];
  };
  const { words } = bounds;
  vary(() => (words.has("access") ? kinds(bounds) : []));
  // The variable that is named first is called x.
  const hasX = (draft.said & NEED.x) !== 0;
  vary(({ place }) => (hasX && place === "x" ? [{ place: "y" }] : []));
  vary(() => targets(draft, bounds));
  vary((it) => (it.target === "none" ? [] : cpusOf(draft, bounds).map((cpu) => ({ cpu }))));
  vary((it) => (words.has("group") ? leaders(draft, it) : []));
  vary(() => [{ hasPeriod: true }]);
  for (const flag of FLAGS)
    vary((it) => (isSensible(flag, it, bounds) ? [{ flags: [...it.flags, flag] }] : []));
  return all;
}

function kinds({ arch }: ShortBounds): readonly Changes[] {
  const execute = { type: "execute", place: "f" } as const;
  return [{ type: "rw" }, ...(arch.startsWith("powerpc") ? [] : [execute])];
}

function targets(draft: Draft, bounds: ShortBounds): readonly Changes[] {
  const { number } = speakerOf(draft);
  const others = draft.tasks.filter((it, at) => at !== number && !it.hasExited);
  const wide = cpusOf(draft, bounds).map((cpu) => ({ target: "none", cpu }));
  return [...others.map(({ name }) => ({ target: name })), ...wide];
}

/** Those that are named already, and one more: which one that is makes no difference. */
export function cpusOf(draft: Draft, { cpus, words }: ShortBounds): readonly number[] {
  const known = Math.min(draft.cpus + 1, cpus);
  return words.has("cpu") ? Array.from({ length: known }, (_, cpu) => cpu) : [];
}

/** A group is of one target, and of one CPU. */
function leaders(draft: Draft, { target, cpu }: Choice): readonly Changes[] {
  const { task } = speakerOf(draft);
  const whose = placeOf(target ?? task.name, cpu);
  return draft.events
    .filter((it) => it.target === whose && canUse(draft, it))
    .map(({ name }) => ({ group: name }));
}

const placeOf = (target: string, cpu: number | undefined) => `${target} ${cpu ?? "any"}`;

function isSensible(flag: Flag, it: Choice, { words }: ShortBounds): boolean {
  switch (flag) {
    case "inherit":
      return it.target !== "none";
    case "enable-on-exec":
      return words.has("exec") && it.flags.includes("disabled");
    case "remove-on-exec":
      return words.has("exec") && it.target !== "none" && !it.flags.includes("enable-on-exec");
    case "sigtrap": {
      const comesWith = it.hasPeriod || it.flags.includes("remove-on-exec");
      return words.has("sigtrap") && it.target !== "none" && !comesWith;
    }
    default:
      return true;
  }
}

function opened(draft: Draft, choice: Choice): Draft {
  const { number, task } = speakerOf(draft);
  const name = EVENT_NAMES[draft.events.length] ?? `e${draft.events.length}`;
  const { type, place, target, cpu, group, flags } = choice;
  const traps = flags.includes("sigtrap");
  const words = [`open ${name} ${type} ${place}`];
  if (target !== undefined) words.push(`target ${target}`);
  if (cpu !== undefined) words.push(`cpu${cpu}`);
  if (group !== undefined) words.push(`group ${group}`);
  if (choice.hasPeriod || traps) words.push("period 1");
  words.push(...flags.map((flag) => (flag === "sigtrap" ? "remove-on-exec sigtrap" : flag)));
  const event: EventDraft = {
    name,
    place,
    opener: number,
    target: placeOf(target ?? task.name, cpu),
    hasPeriod: choice.hasPeriod || traps,
    inherits: flags.includes("inherit"),
    holders: [task.leader],
  };
  const after = say({ ...draft, events: [...draft.events, event] }, words.join(" "), choice.length);
  return wishes({ ...after, cpus: Math.max(draft.cpus, (cpu ?? -1) + 1) }, choice);
}

/** What must be said elsewhere, or the event is like one that was said in fewer words. */
function wishes(draft: Draft, { type, place, hasPeriod, flags }: Choice): Draft {
  let after = noted(draft, place === "x" ? NEED.open | NEED.x : NEED.open);
  if (flags.includes("disabled")) after = noted(after, NEED.off);
  // A birth before it does not count: nothing was there to be inherited.
  if (flags.includes("inherit")) after = { ...after, needs: after.needs | NEED.birth };
  if (flags.includes("enable-on-exec") || flags.includes("remove-on-exec"))
    after = needing(after, NEED.exec);
  if (hasPeriod) after = needing(after, NEED.overflow);
  if (type === "rw") after = needing(after, NEED.load);
  return type === "execute" ? needing(after, NEED.execute) : after;
}

/** Whether the speaker has a descriptor of it, as far as it knows. */
export function canUse(draft: Draft, event: EventDraft): boolean {
  const { task } = speakerOf(draft);
  return event.holders.includes(task.leader) && !task.closed.includes(event.name);
}

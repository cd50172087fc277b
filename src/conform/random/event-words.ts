import { type EventState, FUNCTIONS, SIZES, type TaskState, type World } from "./world.ts";

const MOST_EVENTS = 7;

/** `open` of one more event, of anybody, with any attributes. */
export function openWords(world: World, actor: TaskState): string | undefined {
  if (world.events.length >= MOST_EVENTS) return undefined;
  const name = `e${world.events.length}`;
  const target = targetWords(world);
  const words = ["open", name, ...whatWords(world), ...target, ...groupWords(world, actor)];
  const period = world.draw(4);
  if (period > 0) words.push(`period ${period}`);
  const flags = flagWords(world);
  words.push(...flags);
  const hasCpu = target.some((word) => word.startsWith("cpu"));
  world.events.push({
    name,
    opener: actor.name,
    isOwn: target.every((word) => !word.startsWith("target")),
    isUnmappable: flags.includes("inherit") && !hasCpu,
    leads: false,
    closed: false,
    mappers: new Set(),
  });
  return words.join(" ");
}

function whatWords(world: World): string[] {
  if (world.chance(6)) return ["execute", world.pick(FUNCTIONS) ?? "f"];
  return [world.pick(["write", "write", "rw", "read"]) ?? "rw", ...world.range()];
}

function targetWords(world: World): string[] {
  const cpu = `cpu${world.draw(world.cpus)}`;
  const choice = world.draw(8);
  if (choice === 0) return ["target none", cpu];
  const task = world.pick(world.tasks)?.name ?? "P";
  const whom = choice < 4 ? [] : [`target ${task}`];
  return world.chance(6) ? [...whom, cpu] : whom;
}

function groupWords(world: World, actor: TaskState): string[] {
  const leader = world.pick(world.usable(actor));
  if (leader === undefined || !world.chance(6)) return [];
  leader.leads = true;
  return [`group ${leader.name}`];
}

function flagWords(world: World): string[] {
  const flags: string[] = [];
  if (world.chance(4)) flags.push("disabled");
  const inherits = world.chance(3);
  if (inherits) flags.push("inherit");
  if (inherits && world.chance(6)) flags.push("inherit-thread");
  if (world.chance(12)) flags.push("pinned");
  const { excludesModes } = world.dialect;
  if (excludesModes && world.chance(20)) flags.push("exclude-user");
  if (excludesModes && !world.chance(8)) flags.push("exclude-kernel");
  if (world.chance(12)) flags.push("enable-on-exec");
  const traps = world.chance(14);
  if (traps || world.chance(12)) flags.push("remove-on-exec");
  if (traps) flags.push("sigtrap");
  if (world.chance(20)) flags.push("cloexec");
  return flags;
}

/** Something done to an event that there is, or was. */
export function eventWords(world: World, actor: TaskState): string | undefined {
  const event = world.pick(world.usable(actor));
  if (event === undefined) return undefined;
  const { name } = event;
  const choice = world.draw(17);
  if (choice < 3) return `read ${name}`;
  if (choice < 5) return `${world.chance(2) ? "enable" : "disable"} ${name}${ofGroup(world)}`;
  if (choice === 5) return `reset ${name}`;
  if (choice === 6) return `refresh ${name} ${1 + world.draw(3)}`;
  if (choice === 7) return `period ${name} ${world.draw(4)}`;
  if (choice === 8) return `async ${name} ${world.pick(["SIGUSR1", "SIGUSR2", "SIGIO"])}`;
  if (choice < 12) return `modify ${name} ${changeWords(world)}`;
  if (choice < 15) return ringWords(world, actor, event);
  return closeWords(world, actor, event);
}

function ofGroup(world: World): string {
  return world.chance(6) ? " group" : "";
}

function changeWords(world: World): string {
  const words: string[] = [];
  if (world.chance(4)) words.push(world.pick(["write", "rw", "execute", "read"]) ?? "rw");
  words.push("at", ...(world.chance(8) ? functionWords(world) : world.range()));
  if (world.chance(8)) words.push(`period ${world.draw(3)}`);
  if (world.chance(4)) words.push(world.chance(2) ? "disabled" : "enabled");
  return words.join(" ");
}

function functionWords(world: World): string[] {
  if (world.dialect.keepsToDoubleWords) return ["f", "len 8"];
  return world.chance(2) ? ["f", `len ${world.pick(SIZES)}`] : ["f"];
}

/** When a ring says that there is something to read is the ring's own matter: only others are polled. */
function ringWords(world: World, actor: TaskState, event: EventState): string {
  const { name, mappers } = event;
  const { leader } = actor;
  if (mappers.has(leader)) {
    if (!world.chance(3)) return `samples ${name}`;
    mappers.delete(leader);
    return `munmap ${name}`;
  }
  if (mappers.size === 0 && world.chance(2)) return `poll ${name}`;
  if (!event.isUnmappable) mappers.add(leader);
  return `mmap ${name}`;
}

/**
 * What was in the group of an event that is closed comes on when its task is next scheduled in: then
 * the closer must be scheduled out at once, and be the task.
 */
function closeWords(world: World, actor: TaskState, event: EventState): string | undefined {
  const { name, opener } = event;
  if (event.leads) {
    if (!event.isOwn || opener !== actor.name || world.cpus < 2) return undefined;
    actor.cpu = 1 - actor.cpu;
    event.closed = true;
    return `close ${name}\n${actor.name}: pin cpu${actor.cpu}`;
  }
  if (opener === actor.name) event.closed = true;
  return `close ${name}`;
}

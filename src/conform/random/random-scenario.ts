import { drawsOf } from "../../base/index.ts";
import { type Dialect, X86 } from "./dialect.ts";
import { eventWords, openWords } from "./event-words.ts";
import {
  birthOrDeathWords,
  birthWords,
  selfWords,
  signalWords,
  switchWords,
  traceWords,
} from "./task-words.ts";
import { FUNCTIONS, SIZES, type TaskState, VARIABLES, World } from "./world.ts";

/** The statements, of a hundred, that are below this one are not about tracing. */
const TRACE = 95;
const BODIES = { f: "func f", g: "func g does store x" } as const;

/**
 * The text of the scenario with this number: one that the language accepts, about a few variables,
 * tasks and events, whose outcome the order of its lines decides alone. What would depend on where the
 * scheduler puts a task, or on who of two sleepers wakes first, is not written.
 */
export function randomScenario(seed: number, dialect: Dialect = X86): string {
  const world = new World(drawsOf(seed), dialect);
  const head = [...dialect.head, `cpus ${world.cpus}`];
  for (const { name, size } of VARIABLES) head.push(`var ${name} ${size}`);
  head.push(declared(world, "P"));
  if (world.chance(4)) head.push(declared(world, "Q"));
  const lines = world.chance(4) ? familyLines(world) : [];
  const statements = lines.length + 4 + world.draw(14);
  while (lines.length < statements) {
    const line = nextLine(world);
    if (line !== undefined) lines.push(line);
  }
  const isUsed = (name: string) => lines.some((line) => line.split(" ").includes(name));
  for (const name of FUNCTIONS) if (isUsed(name)) head.push(BODIES[name]);
  return `${[...head, "", ...lines, "", ...claims(world)].join("\n")}\n`;
}

/** Everybody stays on one CPU, so that the CPU's own events see what they are to see. */
function declared(world: World, name: string): string {
  const user = world.chance(10) ? "nobody" : "root";
  const cpu = world.draw(world.cpus);
  world.addTask({ name, leader: name, parent: undefined, user, cpu });
  return `task ${name} cpu${cpu}${user === "root" ? "" : ` as ${user}`}`;
}

/** Relatives with inherited events on one CPU, so that a switch between them swaps their contexts. */
function familyLines(world: World): string[] {
  const [first] = world.tasks;
  if (first === undefined) return [];
  const lines = [`open e0 ${world.chance(2) ? "write" : "rw"} ${world.place()} len 1 inherit`];
  world.events.push({
    name: "e0",
    opener: first.name,
    isOwn: true,
    isUnmappable: true,
    leads: false,
    closed: false,
    mappers: new Set(),
  });
  const more = [birthWords(world, first), world.chance(2) ? birthWords(world, first) : undefined];
  lines.push(...more.filter((it) => it !== undefined));
  const turn = switchWords(world, first);
  if (turn !== undefined) lines.push(turn);
  return lines.map((line) => `${first.name}: ${line}`);
}

/** What can be held against another kernel's: counts, signals, fates, memory, and the slots that are left. */
function claims({ events, tasks, cpus }: World): readonly string[] {
  const wide = "0..1000000";
  return [
    ...events.map(({ name }) => `expect count ${name} ${wide}`),
    ...tasks.map(({ name }) => `expect signals ${name} ${wide}`),
    ...tasks.map(({ name }) => `expect task ${name} alive`),
    ...VARIABLES.map(({ name }) => `expect value ${name} 0..1000000000`),
    ...Array.from({ length: cpus }, (_, cpu) => `expect slots cpu${cpu} 0..100`),
  ];
}

function nextLine(world: World): string | undefined {
  const actor = world.pick(world.living().filter(({ stopped }) => !stopped));
  if (actor === undefined) return "barrier";
  const words = wordsOf(world, actor);
  return words && `${actor.name}: ${words}`;
}

function wordsOf(world: World, actor: TaskState): string | undefined {
  const isTracer = world.tasks.some(({ tracer }) => tracer === actor.name);
  const choice = isTracer && world.chance(2) ? TRACE : world.draw(100);
  if (choice < 24) return accessWords(world);
  if (choice < 44) return openWords(world, actor);
  if (choice < 70) return eventWords(world, actor);
  if (choice < 82) return birthOrDeathWords(world, actor);
  if (choice < 89) return signalWords(world, actor);
  if (choice < 94) return selfWords(world, actor);
  return traceWords(world, actor);
}

function accessWords(world: World): string {
  const choice = world.draw(10);
  if (choice === 0) return `execute ${world.pick(FUNCTIONS)}`;
  if (choice === 1)
    return `${world.chance(2) ? "copy-from-user" : "copy-to-user"} x size ${1 + world.draw(16)}`;
  if (choice === 2) return `${world.chance(2) ? "vload" : "vstore"} x`;
  const kind = world.pick(world.dialect.accesses);
  const size = world.pick(SIZES) ?? 1;
  const variable = world.pick(VARIABLES) ?? VARIABLES[0];
  const offset = world.draw(variable.size - size + 1);
  const times = world.chance(4) ? ` times ${2 + world.draw(3)}` : "";
  return `${kind} ${variable.name}${offset === 0 ? "" : `+${offset}`} size ${size}${times}`;
}

import { isAlone, SIZES, type TaskState, type World } from "./world.ts";

const MOST_TASKS = 5;
const SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGIO", "SIGTRAP"] as const;

export function birthOrDeathWords(world: World, actor: TaskState): string | undefined {
  const choice = world.draw(12);
  if (choice < 6) return birthWords(world, actor);
  if (choice < 8) return execWords(world, actor);
  if (choice < 9) return waitWords(world, actor);
  // Whoever has threads beside it stays, and the first task mostly.
  if (actor.threads > 0 || (actor.name === "P" && !world.chance(4))) return undefined;
  actor.dead = true;
  return "exit";
}

export function birthWords(world: World, actor: TaskState): string | undefined {
  if (world.tasks.length >= MOST_TASKS) return undefined;
  const name = `T${world.tasks.length}`;
  const { user, cpu } = actor;
  if (world.chance(4)) {
    const process = world.processOf(actor);
    process.threads++;
    world.addTask({ name, leader: process.name, parent: undefined, user, cpu });
    return `thread ${name}`;
  }
  world.addTask({ name, leader: name, parent: actor.name, user, cpu });
  const flags = [world.chance(2) ? " no-fds" : "", world.chance(8) ? " clear-handlers" : ""];
  return `fork ${name}${flags.join("")}`;
}

/** Only of a process of one thread: the others would die of it. Its rings are gone. */
function execWords(world: World, actor: TaskState): string | undefined {
  if (!isAlone(actor)) return undefined;
  for (const { mappers } of world.events) mappers.delete(actor.name);
  return world.chance(5) ? "exec undumpable" : "exec";
}

/** For a child that has exited: a wait for one that lives would never end. */
function waitWords(world: World, actor: TaskState): string | undefined {
  const child = world.pick(world.tasks.filter((it) => it.dead && it.parent === actor.name));
  return child && `wait ${child.name}`;
}

export function signalWords(world: World, actor: TaskState): string | undefined {
  const signal = world.pick(SIGNALS) ?? "SIGIO";
  const choice = world.draw(8);
  if (choice < 3) return isAlone(actor) ? `handle ${signal}` : undefined;
  if (choice === 3) return "signals";
  if (choice === 4) {
    const what = world.pick(["ignore", "default", "block", "unblock"]) ?? "block";
    // What is done with a signal is the process's, whether it is blocked the thread's.
    return what.endsWith("block") || isAlone(actor) ? `${what} ${signal}` : undefined;
  }
  const target = world.pick(world.living());
  if (target === undefined || actor.user !== "root") return undefined;
  if (world.chance(6)) return killWords(target);
  if (target !== actor) world.doom(target);
  return `kill ${target.name} ${signal}`;
}

function killWords(target: TaskState): string | undefined {
  if (target.name === "P" || target.tracer !== undefined || !isAlone(target)) return undefined;
  target.dead = true;
  return `kill ${target.name} SIGKILL`;
}

export function traceWords(world: World, actor: TaskState): string | undefined {
  const tracee = world.tasks.find(({ tracer }) => tracer === actor.name);
  if (tracee !== undefined) return requestWords(world, tracee);
  const victim = world.pick(
    world.living().filter((it) => it.parent === actor.name && it.threads === 0 && !it.stopped),
  );
  if (victim === undefined || actor.user !== "root") return undefined;
  victim.tracer = actor.name;
  victim.stopped = true;
  return `attach ${victim.name}`;
}

function requestWords(world: World, tracee: TaskState): string {
  const { name } = tracee;
  const choice = world.draw(8);
  const { family } = world.dialect;
  if (choice < 6 && family === "powerpc") return powerpcWords(world, name, choice);
  if (choice < 6 && family === "arm64") return arm64Words(world, name, choice);
  if (choice < 2) return `poke-dr ${name} ${world.draw(6)} = &${world.place()}`;
  if (choice === 2) return `poke-dr ${name} 7 = ${world.draw(256)}`;
  if (choice === 3) return `poke-dr ${name} 7 = ${0x90001 + 0x40000 * world.draw(2)}`;
  if (choice < 6) return `peek-dr ${name} ${[0, 1, 2, 3, 7][world.draw(5)]}`;
  tracee.tracer = undefined;
  tracee.stopped = false;
  return `detach ${name}`;
}

function powerpcWords(world: World, name: string, choice: number): string {
  const type = world.pick(["write", "rw", "read"]) ?? "rw";
  const [place = "x", len = ""] = world.range();
  if (choice < 2) return `set-debugreg ${name} ${world.chance(4) ? "off" : `${type} ${place}`}`;
  const known = world.pick(world.handles);
  if (choice === 2 && known !== undefined) return `del-hw-debug ${name} ${known}`;
  const handle = `h${world.handles.length}`;
  world.handles.push(handle);
  return `set-hw-debug ${name} ${handle} ${type} ${place}${world.chance(3) ? "" : ` ${len}`}`;
}

/** The first register only: to write a later one is to write those before it, too. */
function arm64Words(world: World, name: string, choice: number): string {
  if (choice === 0) return `set-regset ${name} 0 off`;
  const type = world.pick(["write", "rw", "read"]) ?? "rw";
  return `set-regset ${name} 0 ${type} ${world.place()} len ${world.pick(SIZES)}`;
}

export function selfWords(world: World, actor: TaskState): string | undefined {
  const choice = world.draw(6);
  if (choice < 2) {
    actor.cpu = world.draw(world.cpus);
    return `pin cpu${actor.cpu}`;
  }
  if (choice < 5) return switchWords(world, actor);
  if (actor.user !== "root" || actor.name === "P") return undefined;
  actor.user = world.chance(2) ? "nobody" : "perfmon";
  return `as ${actor.user}`;
}

/** Not by who may die before it has come to it: whom it would have switched to is then a matter of time. */
export function switchWords(world: World, actor: TaskState): string | undefined {
  if (actor.doomed) return undefined;
  const other = world.pick(world.living().filter((it) => it !== actor && !it.stopped));
  return other && `switch-to ${other.name}`;
}

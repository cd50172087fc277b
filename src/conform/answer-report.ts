import { signalOfNumber } from "../abi/index.ts";
import { errnoName } from "../base/index.ts";
import {
  type JudgedCheck,
  judgeNumber,
  judgeStatement,
  type RunReport,
  type Seen,
  type SeenRun,
  UNKNOWN,
} from "../check/index.ts";
import type { Check, Program, Step } from "../scenario/index.ts";
import { spaceOf } from "./layout.ts";
import type { Orders } from "./orders.ts";
import type { WireAnswer, WireFate, WireObserved, WireRun } from "./wire.ts";

const POLLIN = 1;
const POLLERR = 8;
const POLLHUP = 16;
/** What has happened by the time that its trap stops the task. */
const TRAPS_AFTER: ReadonlySet<string> = new Set(["load", "store", "rmw", "vload", "vstore"]);

/** What a program led to, as the puppet tells it. */
export function reportOf(program: Program, orders: Orders, answer: WireAnswer): RunReport {
  const space = spaceOf(program);
  const statements = program.steps.map((step, index) => {
    const runs = runsOf(step, answer.results[index] ?? []);
    const fate = answer.fates[orders.actor(step.actor)];
    return judgeStatement(step, completed(step, runs, fate), (place) => space.addressOf(place));
  });
  const observed = new Observed(program, orders, answer);
  const checks = observed.checks();
  const fates = new Map(orders.actors.map((name) => [name, observed.fate(name)]));
  const { hung, log } = answer;
  const ok = !hung && statements.every((it) => it.ok) && checks.every((it) => it.ok);
  return { program, statements, checks, violation: undefined, fates, log, hung, steps: 0, ok };
}

function runsOf(step: Step, runs: readonly WireRun[]): readonly SeenRun[] {
  return runs.map((run) => ({ seen: toSeen(step, run), count: run.count }));
}

/** A task that its tracer has stopped at a trap has made the access, but has not told yet. */
function completed(
  step: Step,
  runs: readonly SeenRun[],
  fate: WireFate | undefined,
): readonly SeenRun[] {
  if (runs.length > 0 || fate?.stopped !== true || !TRAPS_AFTER.has(step.action.kind)) return runs;
  return [{ seen: { kind: "value", value: 0 }, count: 1 }];
}

function toSeen({ action }: Step, { kind, value }: WireRun): Seen {
  switch (kind) {
    case "value":
      return { kind, value };
    case "errno":
      return { kind, errno: errnoName(value) };
    case "poll":
      return { kind, event: pollName(value) };
    case "stop":
      return { kind: "signal", signal: signalOfNumber(value) };
    case "killed":
      return { kind, signal: signalOfNumber(value) };
    default:
      return { kind: action.kind === "exit" ? "exited" : kind };
  }
}

function pollName(events: number): string {
  if ((events & POLLHUP) !== 0) return "POLLHUP";
  if ((events & POLLERR) !== 0) return "POLLERR";
  return (events & POLLIN) !== 0 ? "POLLIN" : "timeout";
}

const NOTHING: WireObserved = { value: 0, code: 0, data: 0, addr: 0 };

/** What the puppet has looked at in the end, in the order in which it was asked to. */
class Observed {
  readonly #program: Program;
  readonly #orders: Orders;
  readonly #answer: WireAnswer;
  #next = 0;

  constructor(program: Program, orders: Orders, answer: WireAnswer) {
    this.#program = program;
    this.#orders = orders;
    this.#answer = answer;
  }

  checks(): readonly JudgedCheck[] {
    return this.#program.expect.map((check) => this.#check(check));
  }

  #check(check: Check): JudgedCheck {
    const { observation } = check;
    const looks = this.#orders.observationsOf(check).map(() => this.#answer.observed[this.#next++]);
    const [first = NOTHING] = looks;
    switch (observation.kind) {
      case "task": {
        const seen = this.fate(observation.task);
        const { fate } = observation;
        const wanted = fate.kind === "killed" ? `killed ${fate.signal}` : fate.kind;
        return { check, seen, ok: seen === wanted };
      }
      case "si-addr": {
        const ok = first.addr === spaceOf(this.#program).addressOf(observation.place);
        return { check, seen: `0x${first.addr.toString(16)}`, ok };
      }
      case "signals":
        return judgeNumber(
          check,
          looks.reduce((sum, it) => sum + (it?.value ?? 0), 0),
        );
      // It went with a task that was killed, and nobody had looked at it before.
      case "count":
        if (first.code !== 0) return { check, seen: UNKNOWN, ok: false };
        return judgeNumber(check, first.value);
      case "si-code":
        return judgeNumber(check, first.code);
      case "si-data":
        return judgeNumber(check, first.data);
      default:
        return judgeNumber(check, first.value);
    }
  }

  fate(task: string): string {
    const it = this.#answer.fates[this.#orders.actor(task)];
    if (it?.fate === "killed") return `killed ${signalOfNumber(it.signal)}`;
    return it?.fate === "exited" ? "exited" : "alive"; // as the model says of the unborn
  }
}

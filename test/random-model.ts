import {
  BLOCKED,
  type CellRow,
  defineModel,
  END,
  type Model,
  type ModelBuilder,
  randomWords,
  type Step,
  type Touches,
} from "../src/explore/index.ts";

type Op =
  | { readonly kind: "read" | "rmw" | "lock" | "unlock"; readonly at: number }
  | { readonly kind: "write" | "await"; readonly at: number; readonly value: number }
  | { readonly kind: "jump"; readonly to: number; readonly value: number }
  | { readonly kind: "choose" };

const VALUES = 3;

/** What was seen in a model, however its interleavings were explored. */
export interface Observed {
  readonly model: Model;
  /** The states in which nothing can happen, deadlocks among them. */
  readonly ends: Set<string>;
  /** What single steps have seen: an agent, its label, what it read. */
  readonly seen: Set<string>;
}

/** A program of two to four agents that share a few variables and locks. Half of them have loops. */
export function randomModel(seed: number): Observed {
  const random = randomWords([seed, 1, 2, 3]);
  const draw = (below: number) => (random() >>> 8) % below;
  const variables = 2 + draw(4);
  const locks = 1 + draw(2);
  const hasLoops = draw(2) === 0;
  const programs = Array.from({ length: 2 + draw(3) }, () =>
    Array.from({ length: 2 + draw(4) }, (_, at) =>
      randomOp({ draw, variables, locks, hasLoops }, at),
    ),
  );
  const ends = new Set<string>();
  const seen = new Set<string>();
  const model = defineModel(`random ${seed}`, (builder) => {
    const shared = builder.cells("v", variables);
    const mutexes = builder.cells("lock", locks);
    programs.forEach((program, agent) => {
      addAgent(builder, { program, agent, shared, mutexes, seen });
    });
  });
  const stuck = model.atEnd.bind(model);
  model.atEnd = () => {
    ends.add(`${stuck()?.property} ${model.memory.words}`);
    return undefined;
  };
  return { model, ends, seen };
}

interface Shape {
  readonly draw: (below: number) => number;
  readonly variables: number;
  readonly locks: number;
  readonly hasLoops: boolean;
}

function randomOp({ draw, variables, locks, hasLoops }: Shape, at: number): Op {
  const value = draw(VALUES);
  switch (draw(9)) {
    case 0:
    case 1:
      return { kind: "read", at: draw(variables) };
    case 2:
    case 3:
      return { kind: "write", at: draw(variables), value };
    case 4:
      return { kind: "rmw", at: draw(variables) };
    case 5:
      return { kind: "lock", at: draw(locks) };
    case 6:
      return { kind: "unlock", at: draw(locks) };
    case 7:
      return draw(2) === 0 ? { kind: "await", at: draw(variables), value } : { kind: "choose" };
    default:
      // Backwards only where loops are wanted; what is jumped over may never be done.
      return { kind: "jump", to: hasLoops ? draw(at + 2) : at + 1 + draw(2), value };
  }
}

interface AgentParts {
  readonly program: readonly Op[];
  readonly agent: number;
  readonly shared: CellRow;
  readonly mutexes: CellRow;
  readonly seen: Set<string>;
}

function addAgent(builder: ModelBuilder, parts: AgentParts): void {
  const { program, agent } = parts;
  const name = `agent ${agent}`;
  const register = builder.cell(`r${agent}`, 0, name);
  const steps: Record<string, Step<string>> = {};
  const future: Record<string, Touches> = {};
  program.forEach((op, at) => {
    const next = (to: number) => (to < program.length ? `s${to}` : END);
    steps[`s${at}`] = () => {
      const { cell, value } = targetOf(op, parts);
      const before = cell?.value ?? 0;
      if (cell !== undefined) parts.seen.add(`${agent} s${at} ${before} ${register.peek()}`);
      switch (op.kind) {
        case "read":
          register.value = before;
          return next(at + 1);
        case "choose":
          register.value = builder.choose(2);
          return next(at + 1);
        case "jump":
          return next(register.value === op.value ? op.to : at + 1);
        case "await":
          return before === op.value ? next(at + 1) : BLOCKED;
        case "lock":
          if (before !== 0) return BLOCKED;
          break;
        default:
      }
      if (cell !== undefined) cell.value = value(before);
      return next(at + 1);
    };
    const rest = reachable(program, at).map((it) => targetOf(it, parts).cell);
    const cells = [...rest, register].filter((cell) => cell !== undefined);
    future[`s${at}`] = { reads: cells, writes: cells };
  });
  builder.agent(name, steps, { group: name, future });
}

function targetOf(op: Op, { shared, mutexes, agent }: AgentParts) {
  switch (op.kind) {
    case "read":
      return { cell: shared.of(op.at), value: (it: number) => it };
    case "await":
    case "write":
      return { cell: shared.of(op.at), value: () => op.value };
    case "rmw":
      return { cell: shared.of(op.at), value: (it: number) => (it + 1) % VALUES };
    case "lock":
      return { cell: mutexes.of(op.at), value: () => agent + 1 };
    case "unlock":
      return { cell: mutexes.of(op.at), value: () => 0 };
    default:
      return { cell: undefined, value: (it: number) => it };
  }
}

/** The statements that may still come, this one included. */
function reachable(program: readonly Op[], from: number): readonly Op[] {
  const found = new Set<number>();
  const work = [from];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const op = program[at];
    if (op === undefined || found.has(at)) continue;
    found.add(at);
    work.push(at + 1);
    if (op.kind === "jump") work.push(op.to);
  }
  return program.filter((_, at) => found.has(at));
}

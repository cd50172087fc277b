import { components } from "./components.ts";
import type { Model, Move } from "./model.ts";
import { type Edge, type StateGraph, stateGraph } from "./state-graph.ts";

/** A run that never ends though everybody gets his turn. */
export interface Endless {
  /** From the first state into the circle. */
  readonly stem: readonly Move[];
  /** Back to where it starts, past everybody who acts in it. */
  readonly circle: readonly Move[];
}

export interface EndlessResult {
  readonly states: number;
  readonly isComplete: boolean;
  readonly endless: Endless | undefined;
}

/**
 * Whether every run ends, if whoever can act again and again does act again and again. Explores in
 * full: what a reduction leaves out may be the way out of a circle.
 */
export function findEndless(model: Model, mostStates = 1_000_000): EndlessResult {
  const graph = stateGraph(model, mostStates);
  const states = graph.edges.length;
  const fair = graph.isComplete ? fairPart(graph) : undefined;
  const endless = fair && lasso(graph, fair);
  return { states, isComplete: graph.isComplete, endless };
}

/** States among which a fair run can stay for ever. */
function fairPart({ edges }: StateGraph): ReadonlySet<number> | undefined {
  const successors = (state: number) => (edges[state] ?? []).map(({ to }) => to);
  const work: number[][] = [[...edges.keys()]];
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    for (const members of components(part, successors)) {
      const inside = new Set(members);
      const starved = starvedIn(inside, edges);
      if (starved.size === 0) return inside;
      // A fair run leaves, sooner or later, wherever one can act who never does in here.
      const rest = members.filter((it) => !(edges[it] ?? []).some(({ owed }) => starved.has(owed)));
      if (rest.length > 0) work.push(rest);
    }
  }
  return undefined;
}

/** Who can act in these states, but only out of them. */
function starvedIn(inside: ReadonlySet<number>, edges: StateGraph["edges"]): Set<number> {
  const able = new Set<number>();
  const acting = new Set<number>();
  for (const state of inside) {
    for (const { to, owed } of edges[state] ?? []) {
      if (owed < 0) continue;
      able.add(owed);
      if (inside.has(to)) acting.add(owed);
    }
  }
  return able.difference(acting);
}

function lasso({ edges }: StateGraph, inside: ReadonlySet<number>): Endless {
  const everywhere = () => true;
  const isInside = ({ to }: Edge) => inside.has(to);
  const stem = inside.has(0) ? [] : way(edges, 0, { through: everywhere, until: isInside });
  const start = stem.at(-1)?.to ?? 0;
  const circle: Edge[] = [];
  const here = () => circle.at(-1)?.to ?? start;
  const owed = new Set(
    [...inside].flatMap((it) => (edges[it] ?? []).filter(isInside)).map((it) => it.owed),
  );
  for (const one of owed) {
    if (circle.some((it) => it.owed === one)) continue;
    circle.push(...way(edges, here(), { through: isInside, until: (it) => it.owed === one }));
  }
  if (here() !== start)
    circle.push(...way(edges, here(), { through: isInside, until: ({ to }) => to === start }));
  const moves = (all: readonly Edge[]) => all.map(({ move }) => move);
  return { stem: moves(stem), circle: moves(circle) };
}

/** The shortest way whose last edge is as wanted. */
function way(
  edges: StateGraph["edges"],
  from: number,
  { through, until }: { through: (edge: Edge) => boolean; until: (edge: Edge) => boolean },
): Edge[] {
  const cameBy = new Map<number, { from: number; edge: Edge }>();
  const queue = [from];
  const back = (state: number): Edge[] => {
    const edgesBack: Edge[] = [];
    for (let at = state; at !== from; ) {
      const last = cameBy.get(at);
      if (last === undefined) break;
      edgesBack.unshift(last.edge);
      at = last.from;
    }
    return edgesBack;
  };
  for (const state of queue) {
    for (const edge of edges[state] ?? []) {
      if (!through(edge)) continue;
      if (until(edge)) return [...back(state), edge];
      if (edge.to === from || cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, { from: state, edge });
      queue.push(edge.to);
    }
  }
  return [];
}

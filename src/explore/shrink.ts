import type { Counterexample } from "./exploration.ts";
import type { Model, Move } from "./model.ts";
import { replay } from "./replay.ts";

type ActorOf = (move: Move) => number;

/**
 * Makes a counterexample easier to read: fewer moves, then fewer switches from one actor to another,
 * then fewer actors. Each attempt is replayed from the state in the memory, which must be the first
 * one, and kept if it violates the same property.
 */
export function shrink(
  model: Model,
  found: Counterexample,
  actorOf: ActorOf = ({ action }) => model.agentOf(action),
): Counterexample {
  const fails = (moves: readonly Move[]) =>
    replay(model, moves).failure?.property === found.property;
  let moves = found.moves;
  if (!fails(moves)) return found;
  for (let before = -1; before !== costOf(moves, actorOf); ) {
    before = costOf(moves, actorOf);
    if (!found.isShortest) moves = withoutSome(moves, fails);
    moves = withFewerSwitches(moves, { fails, actorOf });
  }
  return { ...found, moves };
}

export function switchesIn(moves: readonly Move[], actorOf: ActorOf): number {
  let switches = 0;
  for (let at = 1; at < moves.length; at++) {
    const [last, next] = [moves[at - 1], moves[at]];
    if (last !== undefined && next !== undefined && actorOf(last) !== actorOf(next)) switches++;
  }
  return switches;
}

/** Leaves out runs of moves, long ones first. What comes after a failure is cut off, too. */
function withoutSome(moves: readonly Move[], fails: (moves: readonly Move[]) => boolean) {
  let kept = [...moves];
  for (let length = Math.floor(kept.length / 2); length > 0; length = Math.floor(length / 2)) {
    for (let from = 0; from + length <= kept.length; ) {
      const shorter = kept.toSpliced(from, length);
      if (fails(shorter)) kept = shorter;
      else from++;
    }
  }
  return kept;
}

/** Moves a block of one actor next to another block of the same one. */
function withFewerSwitches(
  moves: readonly Move[],
  { fails, actorOf }: { fails: (moves: readonly Move[]) => boolean; actorOf: ActorOf },
): readonly Move[] {
  let best = moves;
  let cost = costOf(best, actorOf);
  for (let improved = true; improved; ) {
    improved = false;
    for (const candidate of mergedBlocks(best, actorOf)) {
      const itsCost = costOf(candidate, actorOf);
      if (itsCost >= cost || !fails(candidate)) continue;
      best = candidate;
      cost = itsCost;
      improved = true;
      break;
    }
  }
  return best;
}

function* mergedBlocks(moves: readonly Move[], actorOf: ActorOf): Generator<readonly Move[]> {
  const blocks = blocksOf(moves, actorOf);
  for (let from = 0; from < blocks.length; from++) {
    for (let to = 0; to < blocks.length; to++) {
      const [one, other] = [blocks[from]?.[0], blocks[to]?.[0]];
      if (from === to || one === undefined || other === undefined) continue;
      if (actorOf(one) !== actorOf(other)) continue;
      const rest = blocks.toSpliced(from, 1);
      const target = from < to ? to - 1 : to;
      yield rest.toSpliced(from < to ? target : target + 1, 0, blocks[from] ?? []).flat();
    }
  }
}

function blocksOf(moves: readonly Move[], actorOf: ActorOf): Move[][] {
  const blocks: Move[][] = [];
  for (const move of moves) {
    const block = blocks.at(-1);
    const last = block?.at(-1);
    if (block !== undefined && last !== undefined && actorOf(last) === actorOf(move))
      block.push(move);
    else blocks.push([move]);
  }
  return blocks;
}

/** Moves weigh most, then switches, then actors. */
function costOf(moves: readonly Move[], actorOf: ActorOf): number {
  const actors = new Set(moves.map(actorOf)).size;
  return moves.length * 1e6 + switchesIn(moves, actorOf) * 1e2 + actors;
}

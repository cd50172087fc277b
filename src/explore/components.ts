/**
 * The strongly connected components of a part of a graph, those of one state without a loop left out.
 * After Tarjan, with a stack of its own, for graphs are deeper than the stack of calls.
 */
export function components(
  states: readonly number[],
  successors: (state: number) => readonly number[],
): number[][] {
  const inside = new Set(states);
  const found: number[][] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const work: { state: number; next: readonly number[]; at: number }[] = [];

  const enter = (state: number) => {
    index.set(state, index.size);
    low.set(state, index.size - 1);
    open.push(state);
    isOpen.add(state);
    work.push({ state, next: successors(state).filter((it) => inside.has(it)), at: 0 });
  };
  const lower = (state: number, to: number) => {
    low.set(state, Math.min(low.get(state) ?? to, to));
  };
  const leave = (state: number) => {
    const parent = work.at(-1);
    const itsLow = low.get(state) ?? 0;
    if (parent !== undefined) lower(parent.state, itsLow);
    if (itsLow !== index.get(state)) return;
    const members = open.splice(open.lastIndexOf(state));
    for (const member of members) isOpen.delete(member);
    if (members.length > 1 || successors(state).includes(state)) found.push(members);
  };

  for (const root of states) {
    if (index.has(root)) continue;
    enter(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const to = frame.next[frame.at++];
      if (to === undefined) {
        work.pop();
        leave(frame.state);
      } else if (!index.has(to)) enter(to);
      else if (isOpen.has(to)) lower(frame.state, index.get(to) ?? 0);
    }
  }
  return found;
}

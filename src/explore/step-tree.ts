/** Of a node: the object that the step touches next, where its kids begin, and how many have room. */
const NODE = { object: 0, first: 1, room: 2, size: 4 } as const;
const LEAST_ROOM = 8;
/** Of a question: how many answers a step can tell apart. */
const CHOICES = 256;

/**
 * What is known of steps, by what they touched: for each action with a choice a tree whose every node
 * is an object, whose kids stand by the number that the object had. What a step touches next depends
 * on nothing but what it has touched before, so the way down is the same whenever the step is.
 *
 *     kid   0: unknown   above 0: the next node   below 0: what is known, negated
 */
export class StepTree {
  readonly #roots: Int32Array;
  #nodes = new Int32Array(NODE.size << 6);
  #nodesEnd: number = NODE.size;
  #kids = new Int32Array(1 << 10);
  #kidsEnd = 0;

  constructor(mostActions: number) {
    this.#roots = new Int32Array(mostActions * CHOICES);
  }

  get bytes(): number {
    return this.#roots.byteLength + this.#nodes.byteLength + this.#kids.byteLength;
  }

  /** What was added for the step from such a state, or 0. */
  find(action: number, choice: number, state: Int32Array): number {
    const nodes = this.#nodes;
    const kids = this.#kids;
    let node = this.#roots[action * CHOICES + choice] ?? 0;
    while (node > 0) {
      const number = state[nodes[node + NODE.object] ?? 0] ?? 0;
      const isThere = number < (nodes[node + NODE.room] ?? 0);
      node = isThere ? (kids[(nodes[node + NODE.first] ?? 0) + number] ?? 0) : 0;
    }
    return -node;
  }

  /** `touched` are the objects in the order of their first touch; `known` is above 0. */
  add(
    { action, choice }: { readonly action: number; readonly choice: number },
    { state, touched }: { readonly state: Int32Array; readonly touched: readonly number[] },
    known: number,
  ): void {
    const [first, ...rest] = touched;
    if (first === undefined) return;
    const root = action * CHOICES + choice;
    let node = this.#roots[root] ?? 0;
    if (node === 0) {
      node = this.#newNode(first);
      this.#roots[root] = node;
    }
    for (const object of rest) node = this.#next(node, state, object);
    this.#kids[this.#kidOf(node, state)] = -known;
  }

  #next(node: number, state: Int32Array, object: number): number {
    const kid = this.#kidOf(node, state);
    const known = this.#kids[kid] ?? 0;
    if (known > 0) return known;
    const next = this.#newNode(object);
    this.#kids[kid] = next;
    return next;
  }

  #newNode(object: number): number {
    const node = this.#nodesEnd;
    this.#nodesEnd += NODE.size;
    if (this.#nodesEnd > this.#nodes.length) this.#nodes = enlarged(this.#nodes, this.#nodesEnd);
    this.#nodes[node + NODE.object] = object;
    return node;
  }

  /** Where the kid stands that belongs to this state; makes room for it. */
  #kidOf(node: number, state: Int32Array): number {
    const nodes = this.#nodes;
    const number = state[nodes[node + NODE.object] ?? 0] ?? 0;
    const room = nodes[node + NODE.room] ?? 0;
    const first = nodes[node + NODE.first] ?? 0;
    if (number < room) return first + number;
    let more = Math.max(LEAST_ROOM, 2 * room);
    while (more <= number) more *= 2;
    const end = this.#kidsEnd;
    this.#kidsEnd += more;
    if (this.#kidsEnd > this.#kids.length) this.#kids = enlarged(this.#kids, this.#kidsEnd);
    this.#kids.copyWithin(end, first, first + room);
    nodes[node + NODE.first] = end;
    nodes[node + NODE.room] = more;
    return end + number;
  }
}

export function enlarged(words: Int32Array, wanted: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(wanted, 2 * words.length));
  larger.set(words);
  return larger;
}

/** What is wrong with a checkpoint: it is damaged, or of another model. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

const MAGIC = 0x7472_6170;
const VERSION = 1;
const HEADER = 4;
/** There may be more transitions than a word can count. */
const HALF = 2 ** 30;

/** How far a search breadth first is: `head` is the first state that is not explored. */
export interface Counters {
  readonly transitions: number;
  readonly depth: number;
  readonly head: number;
  /** Where the next level begins. */
  readonly levelEnd: number;
}

/** What a search breadth first needs to go on where it was. */
export interface Checkpoint {
  /** Model, size and first state: a search goes on only with the same ones. */
  readonly identity: Int32Array;
  readonly counters: Int32Array;
  /** The states as numbers of objects, and for each the way that led to it. */
  readonly vectors: Int32Array;
  readonly parents: Int32Array;
  readonly indexes: Int32Array;
  readonly choices: Int32Array;
  readonly goals: Int32Array;
  /** The values of each object in the order of their numbers. */
  readonly values: readonly Int32Array[];
}

/**
 *     | magic | version | checksum | sections | a length for each | the sections, one after the other |
 *
 * All of them words of 32 bits in the order of this machine.
 */
export function encodeCheckpoint(it: Checkpoint): Uint8Array<ArrayBuffer> {
  const { identity, counters, vectors, parents, indexes, choices, goals, values } = it;
  const sections = [identity, counters, vectors, parents, indexes, choices, goals, ...values];
  const total = sections.reduce((sum, section) => sum + section.length, 0);
  const words = new Int32Array(HEADER + sections.length + total);
  words.set([MAGIC, VERSION, 0, sections.length, ...sections.map(({ length }) => length)]);
  let at = HEADER + sections.length;
  for (const section of sections) {
    words.set(section, at);
    at += section.length;
  }
  words[2] = checksum(words);
  return new Uint8Array(words.buffer);
}

function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  if (bytes.length < HEADER * 4 || bytes.length % 4 !== 0) throw damaged("it is cut off");
  const words = new Int32Array(bytes.slice().buffer);
  if (words[0] !== MAGIC) throw damaged("it is something else");
  if (words[1] !== VERSION) throw damaged(`it is of version ${words[1]}, not ${VERSION}`);
  if (words[2] !== checksum(words)) throw damaged("its checksum does not agree");
  const count = words[3] ?? 0;
  let at = HEADER + count;
  const [identity, counters, vectors, parents, indexes, choices, goals, ...values] = Array.from(
    words.subarray(HEADER, HEADER + count),
    (length) => {
      at += length;
      return words.subarray(at - length, at);
    },
  );
  if (!identity || !counters || !vectors || !parents || !indexes || !choices || !goals)
    throw damaged("parts are missing");
  return { identity, counters, vectors, parents, indexes, choices, goals, values };
}

/** That of a search with this identity. */
export function openCheckpoint(bytes: Uint8Array, identity: Int32Array, name: string): Checkpoint {
  const saved = decodeCheckpoint(bytes);
  if (saved.identity.join() === identity.join()) return saved;
  throw new CheckpointError(`the checkpoint is not one of ${name}, or not so explored`);
}

/** How far a search is, as words. */
export function countersOf(at: Counters): Int32Array {
  const { transitions, depth, head, levelEnd } = at;
  return Int32Array.of(transitions / HALF, transitions % HALF, depth, head, levelEnd);
}

export function countersIn([high = 0, low = 0, depth = 0, head = 0, levelEnd = 0]: Int32Array) {
  return { transitions: high * HALF + low, depth, head, levelEnd } satisfies Counters;
}

export function identityOf(name: string, words: ArrayLike<number>, method: string): Int32Array {
  const text = `${name}\n${method}`;
  return Int32Array.from([...text].map((it) => it.codePointAt(0) ?? 0).concat(Array.from(words)));
}

/** Over all but the word that holds it. */
function checksum(words: Int32Array): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < words.length; at++) {
    if (at !== 2) sum = Math.imul(sum ^ (words[at] ?? 0), 0x01000193) ^ (sum >>> 17);
  }
  return sum;
}

function damaged(why: string): CheckpointError {
  return new CheckpointError(`the checkpoint cannot be used: ${why}`);
}

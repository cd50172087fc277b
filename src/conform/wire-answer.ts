import { FATES, KINDS, type WireAnswer, type WireFate, type WireRun } from "./wire.ts";
import { checkOf } from "./wire-check.ts";

const MAGIC = 0x92f3_7075_7070_6574n;
const WORD = 8;
const HEADER_BYTES = 8 * WORD;
const CHECKED_FROM = 2 * WORD;
const MOST_RUNS = 6;
const RESULT_BYTES = 16 + MOST_RUNS * 16;
const FATE_BYTES = 32;
const OBSERVED_BYTES = 32;

const STATUSES = ["done", "hung", "garbled"] as const;

/** A whole answer, of which nothing was lost on its way. */
export interface RawAnswer {
  /** That of the request. */
  readonly number: number;
  readonly status: (typeof STATUSES)[number];
  /** Of the tries that were asked for, from 0. */
  readonly attempt: number;
  readonly body: DataView;
  readonly logBytes: number;
}

/** Finds answers among whatever comes in: what is none, a console's text or half an answer, is passed over. */
export class AnswerReader {
  #rest: Uint8Array = new Uint8Array(0);

  *read(chunk: Uint8Array): Generator<RawAnswer | "garbled"> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const found = this.#next();
      if (found === undefined) return;
      yield found;
    }
  }

  #next(): RawAnswer | "garbled" | undefined {
    this.#skipTo(magicAt(this.#rest));
    if (this.#rest.length < HEADER_BYTES) return undefined;
    // Copies stand at addresses that words can be read from.
    const head = new Uint8Array(this.#rest.subarray(0, HEADER_BYTES));
    const view = new DataView(head.buffer);
    const word = (index: number) => Number(view.getBigUint64(index * WORD, true));
    if (word(1) !== checkOf(head.subarray(CHECKED_FROM))) return this.#garbled();
    const end = HEADER_BYTES + word(4);
    if (this.#rest.length < end) return undefined;
    const body = new Uint8Array(this.#rest.subarray(HEADER_BYTES, end));
    if (word(2) !== checkOf(body)) return this.#garbled();
    this.#skipTo(end);
    const status = STATUSES[word(5)] ?? "garbled";
    const about = { number: word(3), status, attempt: word(6), logBytes: word(7) };
    return { ...about, body: new DataView(body.buffer) };
  }

  #garbled(): "garbled" {
    this.#skipTo(1);
    return "garbled";
  }

  #skipTo(at: number): void {
    if (at > 0) this.#rest = this.#rest.subarray(at);
  }
}

/** Where the first answer begins, or might, at the end. */
function magicAt(bytes: Uint8Array): number {
  const magic = new Uint8Array(new BigUint64Array([MAGIC]).buffer);
  const isAt = (at: number) =>
    magic.every((byte, index) => at + index >= bytes.length || bytes[at + index] === byte);
  let at = 0;
  while (at < bytes.length && !isAt(at)) at++;
  return at;
}

/** What an answer says, of a program with so many orders, actors and observations. */
export function decodeAnswer(
  { body, status, logBytes }: RawAnswer,
  { orders, actors, observations }: { orders: number; actors: number; observations: number },
): WireAnswer {
  const word = (at: number) => Number(body.getBigUint64(at, true));
  const results = Array.from({ length: orders }, (_, index) => runsAt(body, index * RESULT_BYTES));
  const fatesAt = orders * RESULT_BYTES;
  const fates = Array.from({ length: actors }, (_, index): WireFate => {
    const at = fatesAt + index * FATE_BYTES;
    const fate = FATES[word(at)] ?? "unborn";
    return { fate, signal: word(at + 8), stopped: word(at + 16) !== 0 };
  });
  const observedAt = fatesAt + actors * FATE_BYTES;
  const observed = Array.from({ length: observations }, (_, index) => {
    const at = observedAt + index * OBSERVED_BYTES;
    const code = Number(body.getBigInt64(at + WORD, true));
    return { value: word(at), code, data: word(at + 2 * WORD), addr: word(at + 3 * WORD) };
  });
  return { hung: status === "hung", results, fates, observed, log: logOf(body, logBytes) };
}

function runsAt(body: DataView, at: number): readonly WireRun[] {
  const count = Number(body.getBigUint64(at, true));
  return Array.from({ length: count }, (_, index): WireRun => {
    const start = at + 16 + index * 16;
    return {
      kind: KINDS[body.getUint32(start, true)] ?? "value",
      count: body.getUint32(start + 4, true),
      value: Number(body.getBigUint64(start + 8, true)),
    };
  });
}

/** The texts of /dev/kmsg's records; the lines that are indented belong to the one before. */
function logOf(body: DataView, bytes: number): readonly string[] {
  if (bytes === 0) return [];
  const from = body.byteOffset + body.byteLength - bytes;
  const text = new TextDecoder().decode(new Uint8Array(body.buffer, from, bytes));
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(" "))
    .flatMap((line) => unescaped(line.slice(line.indexOf(";") + 1)).split("\n"));
}

/** What cannot be printed stands there as `\x0a` does for the end of a line. */
function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

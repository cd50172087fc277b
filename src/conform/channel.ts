import type { PuppetLink } from "./puppet-link.ts";
import { TargetError } from "./target-error.ts";
import type { Races, WireAnswer, WireRequest } from "./wire.ts";
import { AnswerReader, decodeAnswer, type RawAnswer } from "./wire-answer.ts";
import { encodeRequest } from "./wire-request.ts";

/** Bytes to a puppet and back, wherever it runs. */
export interface Line {
  write(bytes: Uint8Array): void;
  onBytes(listener: (chunk: Uint8Array) => void): void;
  /** Nothing more comes: told once, with what there is to say about it. */
  onEnd(listener: (why: string) => void): void;
  /** Ends the puppet and all its actors. */
  close(): void;
}

export interface ChannelOptions {
  /** What the target is called in what goes wrong. */
  readonly name: string;
  /** How many there are where it runs. */
  readonly cpus: number;
  /** Longer than any program takes whose statements end. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 60_000;
/** How often a request is sent again of which no answer came whole. */
const RETRIES = 3;

interface Pending {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly take: (raw: RawAnswer) => void;
  /** Resolved when its last answer has come. */
  readonly done: () => void;
  readonly fail: (error: TargetError) => void;
  readonly answers: number;
  retries: number;
}

/**
 * Programs to a puppet, and what came of them. Several may be on their way: the puppet takes one after
 * the other. What is lost or garbled on the way is said again; what is no message is passed over.
 */
export class Channel implements PuppetLink {
  readonly name: string;
  readonly cpus: number;
  readonly #line: Line;
  readonly #patienceMs: number;
  readonly #reader = new AnswerReader();
  /** In the order in which they were sent. */
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended: TargetError | undefined;

  constructor(line: Line, { name, cpus, patienceMs = PATIENCE_MS }: ChannelOptions) {
    this.#line = line;
    this.name = name;
    this.cpus = cpus;
    this.#patienceMs = patienceMs;
    line.onBytes((chunk) => {
      for (const raw of this.#reader.read(chunk)) this.#take(raw);
    });
    line.onEnd((why) => this.#end(why || "the puppet died"));
  }

  /** The statements of a program in order, and what came of them. */
  async run(request: WireRequest): Promise<WireAnswer> {
    let answer: WireAnswer | undefined;
    await this.#send(request, undefined, (raw) => {
      answer = decodeAnswer(raw, sizesOf(request));
    });
    if (answer === undefined) throw new TargetError(`${this.name}: no answer`);
    return answer;
  }

  /** The actors of a program at once, and what came of it each time: `onAnswer` is told as it comes. */
  race(
    request: WireRequest,
    races: Races,
    onAnswer: (answer: WireAnswer, seed: number) => void,
  ): Promise<void> {
    return this.#send(request, races, (raw) =>
      onAnswer(decodeAnswer(raw, sizesOf(request)), races.seed + raw.attempt),
    );
  }

  [Symbol.dispose](): void {
    this.#line.close();
  }

  #send(
    request: WireRequest,
    races: Races | undefined,
    take: (raw: RawAnswer) => void,
  ): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const number = ++this.#last;
    const bytes = encodeRequest(request, number, races);
    const answers = races?.tries ?? 1;
    return new Promise((done, fail) => {
      this.#pending.set(number, { number, bytes, take, done, fail, answers, retries: 0 });
      this.#line.write(bytes);
      this.#wait();
    });
  }

  #take(raw: RawAnswer | "garbled"): void {
    this.#wait();
    const [oldest] = this.#pending.values();
    if (raw === "garbled" || raw.status === "garbled") {
      if (oldest !== undefined) this.#sayAgain(oldest);
      return;
    }
    const asked = this.#pending.get(raw.number);
    if (asked === undefined) return; // it had been said again, and then came after all
    // The puppet goes on in order: what it has passed over it has not understood, or was lost.
    if (oldest !== undefined && oldest !== asked && oldest.retries === 0) this.#sayAgain(oldest);
    if (raw.attempt === asked.answers - 1) this.#pending.delete(asked.number);
    asked.take(raw);
    if (raw.attempt === asked.answers - 1) asked.done();
    if (this.#pending.size === 0) clearTimeout(this.#timer);
  }

  #sayAgain(asked: Pending): void {
    asked.retries++;
    if (asked.retries > RETRIES) this.#giveUp("the puppet does not understand: ended it");
    else this.#line.write(asked.bytes);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#giveUp(`the puppet does not answer after ${this.#patienceMs} ms: ended it`);
    }, this.#patienceMs);
  }

  #giveUp(why: string): void {
    this.#end(why);
    this.#line.close();
  }

  #end(why: string): void {
    this.#ended ??= new TargetError(`${this.name}: ${why}`);
    clearTimeout(this.#timer);
    for (const { fail } of this.#pending.values()) fail(this.#ended);
    this.#pending.clear();
  }
}

function sizesOf({ orders, actors, observations }: WireRequest) {
  return { orders: orders.length, actors, observations: observations.length };
}

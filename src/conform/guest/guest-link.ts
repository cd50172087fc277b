import { BugError } from "../../base/index.ts";
import type { PuppetLink } from "../puppet-link.ts";
import { TargetError } from "../target-error.ts";
import type { Races, WireAnswer, WireRequest } from "../wire.ts";
import { AnswerReader, decodeAnswer, type RawAnswer } from "../wire-answer.ts";
import { encodeRequest } from "../wire-request.ts";
import {
  encodeFrame,
  encodeLetter,
  type Frame,
  FrameReader,
  packWords,
  unpackWords,
} from "./frame.ts";
import type { GuestProcess } from "./guest-process.ts";
import { GUEST_CPUS } from "./machine-flags.ts";

/** A guest is slow: what takes longer than this hangs. */
const PATIENCE_MS = 30_000;
/** Behind the name of its kernel a guest says whether it has found the mailbox. */
const HAS_MAILBOX = 65;
/** So often a request is sent again that came to harm on its way. */
const TRIES = 5;

/** A puppet behind the channel of a guest. */
export class GuestLink implements PuppetLink {
  readonly name: string;
  readonly cpus = GUEST_CPUS;
  readonly guest: GuestProcess;
  readonly #patienceMs: number;
  readonly #reader = new FrameReader();
  #wanted: (() => void) | undefined;
  #number = 0;
  #hasMailbox = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(name: string, guest: GuestProcess, patienceMs = PATIENCE_MS) {
    this.name = name;
    this.guest = guest;
    this.#patienceMs = patienceMs;
    guest.channel.on("data", (chunk: Buffer) => {
      this.#reader.add(chunk);
      this.#wanted?.();
    });
    guest.onExit(() => this.#wanted?.());
  }

  /** The name of the guest's kernel. Its first word comes when it has booted. */
  async hello(patienceMs: number, { asked = true } = {}): Promise<string> {
    if (asked) this.#send({ kind: "hello", payload: new Uint8Array() });
    for (;;) {
      const { kind, payload } = await this.#receive(patienceMs);
      if (kind !== "hello") continue;
      this.#hasMailbox = payload[HAS_MAILBOX] === 1;
      return Buffer.from(payload).toString().replace(/\0.*/s, "");
    }
  }

  run(request: WireRequest): Promise<WireAnswer> {
    return this.#inTurn(async () => {
      const bytes = encodeRequest(request, ++this.#number);
      return decodeAnswer(await this.#ask(bytes, request.paranoid), sizesOf(request));
    });
  }

  race(
    request: WireRequest,
    races: Races,
    onAnswer: (answer: WireAnswer, seed: number) => void,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const bytes = encodeRequest(request, ++this.#number, races);
      let raw = await this.#ask(bytes, request.paranoid);
      for (;;) {
        onAnswer(decodeAnswer(raw, sizesOf(request)), races.seed + raw.attempt);
        if (raw.attempt + 1 >= races.tries) return;
        raw = this.#answerIn(await this.#receive(this.#patienceMs));
      }
    });
  }

  /** One program at a time: the next one waits until the guest has answered. */
  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(body);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** The first answer to a request; it is sent again when the guest has not understood it. */
  async #ask(bytes: Uint8Array, paranoid: number): Promise<RawAnswer> {
    const words = new BigUint64Array(1 + bytes.length / 8);
    words[0] = BigInt(paranoid);
    words.set(new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8), 1);
    const payload = packWords(words);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      this.#sendRun(payload);
      const frame = await this.#receive(this.#patienceMs);
      if (frame.kind === "run") return this.#answerIn(frame);
      if (frame.kind === "died") throw new TargetError(`${this.name}: the puppet died`);
    }
    throw new TargetError(`${this.name}: the channel breaks every request: ended it`);
  }

  #answerIn({ payload }: Frame): RawAnswer {
    const words = unpackWords(payload);
    const [raw] = new AnswerReader().read(new Uint8Array(words.buffer));
    if (raw === undefined || raw === "garbled")
      throw new TargetError(`${this.name}: the puppet does not answer in its own words: ended it`);
    return raw;
  }

  [Symbol.dispose](): void {
    this.guest[Symbol.dispose]();
  }

  /** By way of the mailbox, if the guest looks there and there is room. */
  #sendRun(payload: Uint8Array): void {
    const place = this.#hasMailbox ? this.guest.mailbox.put(payload) : undefined;
    if (place === undefined) this.#send({ kind: "run", payload });
    else this.guest.channel.write(encodeLetter(place));
  }

  /** What a letter is about; one about what is not there is dropped, as a frame is that came to harm. */
  #opened(frame: Frame): Frame | undefined {
    if (frame.place === undefined) return frame;
    const payload = this.guest.mailbox.take(frame.place);
    return payload && { kind: "run", payload };
  }

  #next(): Frame | undefined {
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      const opened = this.#opened(frame);
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  #send(frame: Frame): void {
    this.guest.channel.write(encodeFrame(frame));
  }

  async #receive(patienceMs: number): Promise<Frame> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const frame = this.#next();
      if (frame !== undefined) return frame;
      const { exit } = this.guest;
      if (exit !== undefined) throw new TargetError(`${this.name}: QEMU has ended: ${exit}`);
      const left = deadline - performance.now();
      if (left <= 0) {
        this[Symbol.dispose]();
        const ms = Math.round(patienceMs);
        throw new TargetError(`${this.name}: the guest does not answer after ${ms} ms: ended it`);
      }
      await this.#change(left);
    }
  }

  /** Until something has come, the guest has ended, or the time is over. */
  #change(ms: number): Promise<void> {
    if (this.#wanted !== undefined) throw new BugError("a link runs one program at a time");
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wanted?.(), ms);
      this.#wanted = () => {
        clearTimeout(timer);
        this.#wanted = undefined;
        resolve();
      };
    });
  }
}

function sizesOf({ orders, actors, observations }: WireRequest) {
  return { orders: orders.length, actors, observations: observations.length };
}

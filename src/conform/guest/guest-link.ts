import { BugError } from "../../base/index.ts";
import type { PuppetLink } from "../puppet-link.ts";
import { TargetError } from "../target-error.ts";
import { decodeAnswer, encodeRequest, type WireAnswer, type WireRequest } from "../wire.ts";
import { encodeFrame, type Frame, FrameReader, packWords, unpackWords } from "./frame.ts";
import type { GuestProcess } from "./guest-process.ts";
import { GUEST_CPUS } from "./machine-flags.ts";

/** A guest is slow: what takes longer than this hangs. */
const PATIENCE_MS = 30_000;
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
      if (kind === "hello") return Buffer.from(payload).toString().replace(/\0.*/s, "");
    }
  }

  async run(request: WireRequest): Promise<WireAnswer> {
    const bytes = encodeRequest(request);
    const words = new BigUint64Array(1 + bytes.length / 8);
    words[0] = BigInt(request.paranoid);
    words.set(new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8), 1);
    const payload = packWords(words);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      this.#send({ kind: "run", payload });
      const answer = await this.#receive(this.#patienceMs);
      if (answer.kind === "died") throw new TargetError(`${this.name}: the puppet died`);
      if (answer.kind === "run") return this.#decode(answer.payload, request);
    }
    throw new TargetError(`${this.name}: the channel breaks every request: ended it`);
  }

  [Symbol.dispose](): void {
    this.guest[Symbol.dispose]();
  }

  #decode(payload: Uint8Array, request: WireRequest): WireAnswer {
    const words = unpackWords(payload);
    return decodeAnswer(new DataView(words.buffer), {
      orders: request.orders.length,
      actors: request.actors,
      observations: request.observations.length,
    });
  }

  #send(frame: Frame): void {
    this.guest.channel.write(encodeFrame(frame));
  }

  async #receive(patienceMs: number): Promise<Frame> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const frame = this.#reader.next();
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

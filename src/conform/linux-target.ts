import { type ChildProcessByStdio, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Readable, Writable } from "node:stream";
import { buildPuppet } from "./build-puppet.ts";
import type { PuppetLink } from "./puppet-link.ts";
import { TargetError } from "./target-error.ts";
import {
  ANSWER_HEADER_BYTES,
  answerBytes,
  decodeAnswer,
  encodeRequest,
  type WireAnswer,
  type WireRequest,
} from "./wire.ts";

/** Longer than any program takes whose statements end. */
const PATIENCE_MS = 60_000;

/** This computer's kernel, by way of a puppet that lives as long as this does. */
export class LinuxTarget implements PuppetLink {
  readonly name = "linux";
  readonly cpus = availableParallelism();
  readonly #puppet: ChildProcessByStdio<Writable, Readable, Readable>;
  #received: Buffer[] = [];
  #size = 0;
  #complaint = "";
  #wanted: (() => void) | undefined;
  #ended = false;

  private constructor(puppet: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#puppet = puppet;
    puppet.stdout.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#size += chunk.length;
      this.#wanted?.();
    });
    puppet.stderr.on("data", (chunk: Buffer) => {
      this.#complaint += chunk.toString();
    });
    puppet.stdin.on("error", () => undefined); // it has ended, and "close" says so
    puppet.on("close", () => {
      this.#ended = true;
      this.#wanted?.();
    });
  }

  static open(): LinuxTarget {
    if (process.getuid?.() !== 0)
      throw new TargetError("linux: the puppet needs a world of its own: run as root");
    const { path, undumpable } = buildPuppet();
    const stdio = ["pipe", "pipe", "pipe"] as const;
    return new LinuxTarget(spawn(path, [path, undumpable], { stdio: [...stdio] }));
  }

  /** The statements of a program in order, and what came of them. One program at a time. */
  async run(request: WireRequest): Promise<WireAnswer> {
    this.#puppet.stdin.write(encodeRequest(request));
    await this.#until(ANSWER_HEADER_BYTES);
    const bytes = ANSWER_HEADER_BYTES + answerBytes(this.#view());
    await this.#until(bytes);
    const view = this.#view();
    this.#received = [];
    this.#size = 0;
    return decodeAnswer(view, {
      orders: request.orders.length,
      actors: request.actors,
      observations: request.observations.length,
    });
  }

  [Symbol.dispose](): void {
    this.#puppet.kill("SIGKILL");
  }

  #view(): DataView {
    const [first, ...rest] = this.#received;
    const all = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#received);
    this.#received = [all];
    return new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  async #until(bytes: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    while (this.#size < bytes) {
      if (this.#ended)
        throw new TargetError(`linux: ${this.#complaint.trim() || "the puppet died"}`);
      if (late) {
        this[Symbol.dispose]();
        throw new TargetError(
          `linux: the puppet does not answer after ${PATIENCE_MS} ms: ended it`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#wanted = resolve;
        timer ??= setTimeout(() => {
          late = true;
          this.#wanted?.();
        }, PATIENCE_MS);
      });
    }
    clearTimeout(timer);
  }
}

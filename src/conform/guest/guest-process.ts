import { type ChildProcess, spawn } from "node:child_process";
import { setPriority } from "node:os";
import { Duplex } from "node:stream";
import { assert } from "../../base/index.ts";
import { TargetError } from "../target-error.ts";
import { FD } from "./machine-flags.ts";
import { Mailbox } from "./mailbox.ts";
import type { Qemu } from "./qemu.ts";

/** Whatever else this computer does goes first. */
const NICENESS = 5;
const MOST_LOG = 1 << 20;

/**
 * One QEMU. The kernel ends it when this process ends, however that ends: the wish (setpriv's
 * PR_SET_PDEATHSIG) is made between fork and exec, and an exec keeps it.
 */
export class GuestProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly channel: Duplex;
  readonly mailbox: Mailbox;
  readonly #monitor: Monitor;
  #log = "";
  #complaint = "";
  #exit: string | undefined;
  readonly #onExit: (() => void)[] = [];

  constructor(qemu: Qemu, flags: readonly string[]) {
    const args = ["--pdeathsig", "KILL", qemu.command, ...qemu.flags, ...flags];
    this.mailbox = new Mailbox();
    // As FD has them.
    const stdio = ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe", this.mailbox.fd] as const;
    this.#child = spawn("setpriv", args, { env: qemu.env, stdio: [...stdio] });
    this.#child.on("error", () => this.#ended("setpriv cannot be run: install util-linux"));
    this.#child.on("exit", (code, signal) => this.#ended(signal ?? `exit status ${code}`));
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, NICENESS);
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-MOST_LOG);
    });
    this.#stream(FD.console).on("data", (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-MOST_LOG);
    });
    this.#monitor = new Monitor(this.#stream(FD.monitor));
    this.channel = this.#stream(FD.channel);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What the guest's kernel has written to its console. */
  get log(): string {
    return this.#log;
  }

  /** How it ended; undefined while it runs. */
  get exit(): string | undefined {
    if (this.#exit === undefined) return undefined;
    const reason = this.#complaint
      .split("\n")
      .find((it) => it.startsWith("qemu") && !/warning/.test(it));
    return reason ?? this.#exit;
  }

  onExit(listener: () => void): void {
    if (this.#exit === undefined) this.#onExit.push(listener);
    else listener();
  }

  /** One command of QEMU's machine protocol, and what it returned. */
  command(name: string, args?: object): Promise<unknown> {
    return this.#monitor.command(name, args);
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }

  #stream(fd: number): Duplex {
    const stream = this.#child.stdio[fd];
    assert(stream instanceof Duplex, "node gives a pipe two directions");
    stream.on("error", () => undefined); // it has ended, and "exit" says so
    return stream;
  }

  #ended(how: string): void {
    if (this.#exit !== undefined) return;
    this.#exit = how;
    this.mailbox[Symbol.dispose]();
    this.#monitor.giveUp(how);
    for (const listener of this.#onExit.splice(0)) listener();
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** QEMU's machine protocol: a line of JSON each, answers in the order of the questions. */
class Monitor {
  readonly #stream: Duplex;
  readonly #waiting: Waiting[] = [];
  #rest = "";
  #end: string | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => this.#read(chunk.toString()));
    this.command("qmp_capabilities").catch(() => undefined);
  }

  command(name: string, args?: object): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(new TargetError(this.#end));
    this.#stream.write(`${JSON.stringify({ execute: name, arguments: args })}\n`);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  giveUp(how: string): void {
    this.#end = `QEMU has ended: ${how}`;
    for (const it of this.#waiting.splice(0)) it.reject(new TargetError(this.#end));
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const answer: unknown = JSON.parse(line);
      if (typeof answer !== "object" || answer === null) continue;
      if ("return" in answer) this.#waiting.shift()?.resolve(answer.return);
      if ("error" in answer)
        this.#waiting.shift()?.reject(new TargetError(`QEMU: ${JSON.stringify(answer.error)}`));
    }
  }
}

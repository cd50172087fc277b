import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { asPid, type Pid } from "../base/index.ts";

/** For the tests of this room: programs of C, compiled and run. */

/** A new folder, which goes with its contents. */
export class Workshop implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "trapline-symbols-"));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Compiles the C texts, each a file of its own, into `name`. */
  compile(name: string, texts: readonly string[], ...flags: readonly string[]): string {
    const files = texts.map((text, i) => this.write(`${name}-${i}.c`, text));
    return this.run("gcc", "-O1", "-o", this.path(name), ...files, ...flags).path(name);
  }

  run(command: string, ...args: readonly string[]): this {
    execFileSync(command, args, { cwd: this.folder, stdio: ["ignore", "pipe", "inherit"] });
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A running program that printed one line, by which its test knows that it is under way. */
export class Running implements AsyncDisposable {
  readonly pid: Pid;
  readonly line: string;
  readonly #stop: () => Promise<void>;

  private constructor(pid: Pid, line: string, stop: () => Promise<void>) {
    this.pid = pid;
    this.line = line;
    this.#stop = stop;
  }

  static async start(path: string, environment: Record<string, string> = {}): Promise<Running> {
    const child = spawn(path, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    for await (const line of createInterface(child.stdout)) {
      return new Running(asPid(child.pid ?? 0), line, () => {
        child.kill("SIGKILL");
        return ended;
      });
    }
    throw new Error(`run ${path}: it ended without a line`);
  }

  /** The line as the addresses it is made of. */
  get addresses(): bigint[] {
    return this.line.split(" ").map((it) => BigInt(it));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}

/** A `main` that prints the expressions as addresses, and waits to be killed. */
export function mainPrinting(...expressions: readonly string[]): string {
  const format = expressions.map(() => "%p").join(" ");
  const values = expressions.map((it) => `(void *)(${it})`).join(", ");
  return `
    #include <stdio.h>
    #include <unistd.h>
    int main(void) { printf("${format}\\n", ${values}); fflush(stdout); for (;;) pause(); }
  `;
}

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { arch } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { TargetError } from "./target-error.ts";

// Built, this file is in a chunk beside the rooms.
const SOURCES = join(import.meta.dirname, "../conform/puppet");
const FLAGS = [
  ..."-std=gnu11 -O2 -Wall -Wextra -Werror -static -nostdlib -ffreestanding".split(" "),
  ..."-fno-stack-protector -fno-pie -no-pie -fno-tree-loop-distribute-patterns".split(" "),
  ..."-Wl,-z,noexecstack -Wl,--build-id=none".split(" "),
];

/** The folders of `puppet/` that are for one architecture only, and what each asks of a compiler. */
const ARCH_FLAGS = {
  x86: ["-fcf-protection=none"],
  // The usual place of a program is where the variables of a scenario lie.
  powerpc: ["-mcpu=power8", "-Wl,-Ttext-segment=0x1000000"],
  arm64: ["-mno-outline-atomics"],
} as const;
export type PuppetArch = keyof typeof ARCH_FLAGS;

const HERE: Readonly<Record<string, PuppetArch>> = { x64: "x86", arm64: "arm64", ppc64: "powerpc" };
/** Whoever it is: not root, not nobody. */
export const STRANGER = 65533;

export interface Compiler {
  readonly command: string;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface Puppet {
  readonly path: string;
  /** The same program, which nobody but its owner may read. */
  readonly undumpable: string;
}

/** Compiles the puppet for this computer, unless this very source has been compiled before. */
export function buildPuppet(): Puppet {
  const here = HERE[arch()];
  if (here === undefined)
    throw new TargetError(`linux: the puppet knows no ${arch()}: use --on model or a guest`);
  const path = compilePuppet(here, {
    command: process.env.CC ?? "gcc",
    flags: [],
    env: process.env,
  });
  const puppet = { path, undumpable: `${path}-undumpable` };
  if (existsSync(puppet.undumpable)) return puppet;
  const fresh = `${path}.${process.pid}`;
  copyFileSync(path, fresh);
  chownSync(fresh, STRANGER, STRANGER);
  chmodSync(fresh, 0o711);
  renameSync(fresh, puppet.undumpable);
  return puppet;
}

/** The path of the puppet for an architecture, compiled if it must be. */
export function compilePuppet(puppetArch: PuppetArch, compiler: Compiler): string {
  const sources = ["", puppetArch].flatMap((it) => globSync(join(SOURCES, it, "*.[ch]"))).sort();
  const flags = [...FLAGS, ...ARCH_FLAGS[puppetArch], ...compiler.flags];
  const hash = createHash("sha256").update([compiler.command, ...flags].join(" "));
  for (const source of sources) hash.update(readFileSync(source));
  const path = join(cacheFolder("puppet", hash.digest("hex").slice(0, 16)), "puppet");
  if (existsSync(path)) return path;

  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  const units = sources.filter((it) => it.endsWith(".c"));
  compile(compiler, [...flags, "-I", join(SOURCES, puppetArch), "-o", fresh, ...units]);
  renameSync(fresh, path);
  return path;
}

function compile({ command, env }: Compiler, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: "pipe", env });
  } catch (error) {
    const reason = whyNot(error);
    throw new TargetError(`compile the puppet with ${command}: ${reason}: install a C compiler`);
  }
}

/** What the compiler itself says first, if it could be run. */
function whyNot(error: unknown): string {
  const words = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const told = words.split("\n").find((line) => /error/i.test(line));
  return told ?? (error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
}

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
import { homedir } from "node:os";
import { join } from "node:path";
import { TargetError } from "./target-error.ts";

// Built, this file is in a chunk beside the rooms.
const SOURCES = join(import.meta.dirname, "../conform/puppet");
const COMPILER = process.env.CC ?? "gcc";
const FLAGS = [
  ..."-std=gnu11 -O2 -Wall -Wextra -Werror -static -nostdlib -ffreestanding".split(" "),
  ..."-fno-stack-protector -fno-pie -no-pie -fno-tree-loop-distribute-patterns".split(" "),
  ..."-fcf-protection=none -Wl,-z,noexecstack -Wl,--build-id=none".split(" "),
];
/** Whoever it is: not root, not nobody. */
const STRANGER = 65533;

export interface Puppet {
  readonly path: string;
  /** The same program, which nobody but its owner may read. */
  readonly undumpable: string;
}

/** Compiles the puppet, unless this very source has been compiled before. */
export function buildPuppet(): Puppet {
  const sources = globSync(join(SOURCES, "*.[ch]")).sort();
  const hash = createHash("sha256").update(FLAGS.join(" "));
  for (const source of sources) hash.update(readFileSync(source));
  const folder = join(cacheFolder(), hash.digest("hex").slice(0, 16));
  const puppet = { path: join(folder, "puppet"), undumpable: join(folder, "puppet-undumpable") };
  if (existsSync(puppet.undumpable)) return puppet;

  mkdirSync(folder, { recursive: true });
  const fresh = `${puppet.path}.${process.pid}`;
  compile(
    sources.filter((it) => it.endsWith(".c")),
    fresh,
  );
  renameSync(fresh, puppet.path);
  copyFileSync(puppet.path, fresh);
  chownSync(fresh, STRANGER, STRANGER);
  chmodSync(fresh, 0o711);
  renameSync(fresh, puppet.undumpable);
  return puppet;
}

function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "trapline", "puppet");
}

function compile(sources: readonly string[], output: string): void {
  try {
    execFileSync(COMPILER, [...FLAGS, "-o", output, ...sources], { stdio: "pipe" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : error;
    throw new TargetError(`compile the puppet with ${COMPILER}: ${reason}: install a C compiler`);
  }
}

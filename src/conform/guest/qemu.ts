import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Compiler } from "../build-puppet.ts";
import { TargetError } from "../target-error.ts";
import type { GuestMachine } from "./guest-name.ts";
import { toolsEnv, toolsFolder } from "./store.ts";

/** Watchpoints of powerpc are emulated from here on. */
const OLDEST = [8, 2] as const;
const FETCH = "run trapline guest fetch";

export interface Qemu {
  readonly command: string;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** What makes it find its firmware, where it does not lie where it was made for. */
  readonly flags: readonly string[];
}

/** The installed one if it is new enough, else the one that was fetched. */
export function findQemu(machine: GuestMachine): Qemu {
  const folder = toolsFolder(machine);
  const fetched = join(folder, "usr", "bin", machine.qemu);
  const installed: Qemu = { command: machine.qemu, version: "", env: process.env, flags: [] };
  const candidates = [installed];
  if (existsSync(fetched)) {
    const flags = ["-L", join(folder, "usr", "share", "qemu")];
    candidates.push({ command: fetched, version: "", env: toolsEnv(folder), flags });
  }
  let old: string | undefined;
  for (const it of candidates) {
    const version = versionOf(it);
    if (version === undefined) continue;
    if (isNewEnough(version)) return { ...it, version };
    old = version;
  }
  const [major, minor] = OLDEST;
  if (old === undefined) throw new TargetError(`${machine.qemu}: not found: ${FETCH}`);
  throw new TargetError(
    `${machine.qemu}: is ${old}, ${major}.${minor} or newer is needed: ${FETCH}`,
  );
}

function versionOf({ command, env }: Qemu): string | undefined {
  try {
    const text = execFileSync(command, ["--version"], { env, encoding: "utf8", stdio: "pipe" });
    return /version (\d+\.\d+\.\d+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

const TRIPLETS = { ppc64le: "powerpc64le-linux-gnu", arm64: "aarch64-linux-gnu" } as const;

/** What compiles for a machine: the installed cross compiler, else the one that was fetched. */
export function findCompiler(machine: GuestMachine): Compiler {
  const triplet = TRIPLETS[machine.name];
  const folder = toolsFolder(machine);
  const name = `${triplet}-gcc`;
  const headers = ["-isystem", join(folder, "usr", triplet, "include")];
  const installed: Compiler = { command: name, flags: [], env: process.env };
  const fetched: Compiler = {
    command: join(folder, "usr", "bin", name),
    flags: headers,
    env: toolsEnv(folder),
  };
  // What is installed is not fetched: so the compiler may be here, and its headers there.
  const found = [installed, { ...installed, flags: headers }, fetched].find(hasHeaders);
  if (found !== undefined) return found;
  throw new TargetError(`${triplet}-gcc with its headers: not found: ${FETCH}`);
}

/** A compiler may be installed without the headers of the kernel that it compiles for. */
function hasHeaders({ command, flags, env }: Compiler): boolean {
  const input = "#include <asm/unistd.h>\n#include <linux/perf_event.h>\n";
  try {
    execFileSync(command, [...flags, "-fsyntax-only", "-x", "c", "-"], {
      env,
      input,
      stdio: "pipe",
    });
    return true;
  } catch {
    return false;
  }
}

import { cmdlineOf, environOf } from "../linux/index.ts";

const PERF_MAP_FLAG = /(^|\s)--perf-(basic-)?prof\b/;

/**
 * True for a process that writes a perf map of the JavaScript it compiles: its hits are named by
 * their call chain, for the instruction at the trap is mostly a builtin that works for a script.
 */
export function namesScripts(pid: number): boolean {
  const options = environOf(pid).find((entry) => entry.startsWith("NODE_OPTIONS="));
  return [...cmdlineOf(pid), options ?? ""].some((word) =>
    PERF_MAP_FLAG.test(word.replace("=", " ")),
  );
}

const INLINING = ["turbo-inlining", "maglev-inlining"];

/** True when optimised code may have functions inlined, which a perf map does not tell of. */
export function inlinesScripts(pid: number): boolean {
  // V8 takes `_` for `-`, and `--no` with or without another `-`.
  const flags = cmdlineOf(pid).map((word) => word.replaceAll("_", "-").replace("--no-", "--no"));
  return !INLINING.every((name) => flags.includes(`--no${name}`));
}

import type { Program } from "../scenario/index.ts";

/** Requests of ptrace that can set a breakpoint: its tracee gets a SIGTRAP at each hit. */
const SETS_BREAKPOINT: ReadonlySet<string> = new Set([
  "poke-dr",
  "set-debugreg",
  "set-hw-debug",
  "set-regset",
  "step",
]);

/** The tasks that died of a signal that nothing in the program sends them. */
export function unexplainedDeaths(
  program: Program,
  fates: ReadonlyMap<string, string>,
): readonly string[] {
  const sent = signalsSent(program);
  return [...fates].flatMap(([task, fate]) => {
    const [, signal] = /^killed (.*)$/.exec(fate) ?? [];
    return signal === undefined || sent.has(signal) ? [] : [task];
  });
}

/** By a statement, by an event, by a tracer. Of one process all threads die, so it matters not to whom. */
function signalsSent({ steps }: Program): ReadonlySet<string> {
  const signals = steps.flatMap(({ action }): readonly (string | undefined)[] => {
    switch (action.kind) {
      case "kill":
      case "cont":
      case "async":
        return [action.signal];
      case "open":
        return action.spec.flags.includes("sigtrap") ? ["SIGTRAP"] : [];
      case "attach":
        return ["SIGSTOP"];
      default:
        return SETS_BREAKPOINT.has(action.kind) ? ["SIGTRAP"] : [];
    }
  });
  return new Set(signals.filter((it) => it !== undefined));
}

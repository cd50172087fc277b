import { type CheckView, verdictOf } from "../check/index.ts";
import { version } from "./version.ts";

export function checkHeader(trapline = version()): string {
  const header = { kind: "header", schema: "trapline.check", version: 1, trapline };
  return JSON.stringify(header);
}

/** One line for a program; with the trace in it if it fails, and the token that replays it. */
export function checkVerdict(it: CheckView, token?: string): string {
  const { file, program, result, trace, switches, violation } = it;
  const { counterexample } = result;
  const { arch, design, cpus } = program.machine;
  const failure =
    counterexample === undefined
      ? {}
      : {
          property: counterexample.property,
          what: counterexample.what,
          chain: violation?.chain,
          steps: counterexample.moves.length,
          shortest: counterexample.isShortest,
          switches,
          moves: counterexample.moves.map(({ action, choice }) => [action, choice]),
          trace,
          token,
        };
  return JSON.stringify({
    kind: "verdict",
    scenario: file,
    arch,
    design,
    cpus,
    without: program.withoutFixes,
    verdict: verdictOf(it),
    inFileOrder: it.inFileOrder,
    withoutKernelThreads: it.calm && { verdict: it.calm.verdict, states: it.calm.states },
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    seconds: result.seconds,
    bounds: result.bounds,
    method: result.method,
    omission: result.omission,
    unreached: result.unreached,
    ...failure,
  });
}

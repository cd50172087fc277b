import {
  packedOfToken,
  parseReplayable,
  type Replayable,
  replayableJson,
  tokenOfPacked,
} from "../../check/index.ts";
import type { RecordedRun } from "../../recording/index.ts";
import type { Order } from "./other-order.ts";

/** A run and the step that is looked at, as they stand behind the `#` of an address. */
export interface ModelLink {
  readonly token: string;
  /** From 0; undefined: the last. */
  readonly step: number | undefined;
  /** The steps are those of the run with the fewest switches that fails like the token's. */
  readonly order?: Order | undefined;
}

/** `#trapline1-…&order=fewest&step=53`: steps count from 1 there, as on the page. */
export function linkText({ token, step, order }: ModelLink): string {
  const its = order === "fewest" ? `#${token}&order=fewest` : `#${token}`;
  return step === undefined ? its : `${its}&step=${step + 1}`;
}

export function parseLink(hash: string): ModelLink | undefined {
  const [, token, fewest, step] =
    /^#(trapline\d+-[\w-]+)(&order=fewest)?(?:&step=(\d+))?$/.exec(hash) ?? [];
  if (token === undefined) return undefined;
  const from0 = step === undefined ? undefined : Math.max(0, Number(step) - 1);
  return { token, step: from0, order: fewest === undefined ? undefined : "fewest" };
}

/** What `trapline replay` and the playground need to do a recorded run again. */
export function replayableOfRun({ program, steps }: RecordedRun): Replayable {
  const { file, scenario, arch, design, cpus, without } = program;
  const moves = steps.map(({ action = 0, choice = 0 }) => ({ action, choice }));
  return { file, text: scenario, arch, design, cpus, without, moves };
}

/** Whether its steps were chosen by an explorer: those of a run in file order choose themselves. */
export function canBeReplayed({ steps, verdict }: RecordedRun): boolean {
  const isChosen = steps.every(({ action }) => action !== undefined);
  return steps.length > 0 && isChosen && verdict?.violation !== undefined;
}

/** The token of a run: the same that `trapline check` prints. */
export async function tokenOf(run: Replayable): Promise<string> {
  const bytes = new TextEncoder().encode(replayableJson(run));
  return tokenOfPacked(await through(bytes, new CompressionStream("deflate-raw")));
}

/** The run of a token. Throws the TokenError; undefined if it says nothing that can be replayed. */
export async function runOfToken(token: string): Promise<Replayable | undefined> {
  const packed = Uint8Array.from(packedOfToken(token));
  const bytes = await through(packed, new DecompressionStream("deflate-raw"));
  return parseReplayable(new TextDecoder().decode(bytes));
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

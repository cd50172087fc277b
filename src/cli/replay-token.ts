import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  packedOfToken,
  parseReplayable,
  type Replayable,
  replayableJson,
  TokenError,
  tokenOfPacked,
} from "../check/index.ts";

/** No scenario is as long, with no run. */
const MOST_BYTES = 2 ** 24;

export function encodeToken(run: Replayable): string {
  return tokenOfPacked(deflateRawSync(replayableJson(run), { level: 9 }));
}

/** Throws the TokenError that says what is wrong with it. */
export function decodeToken(token: string): Replayable {
  const run = parseReplayable(inflated(packedOfToken(token)));
  if (run === undefined)
    throw new TokenError("replay: the token says nothing that can be replayed");
  return run;
}

/** Its checksum is right, but whoever made it may have packed anything. */
function inflated(packed: Uint8Array): string {
  try {
    return inflateRawSync(packed, { maxOutputLength: MOST_BYTES }).toString();
  } catch {
    return "";
  }
}

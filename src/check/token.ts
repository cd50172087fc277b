import { fromBase64url, toBase64url } from "./base64url.ts";
import { crc32 } from "./crc32.ts";

/** What stands before the version of a token. */
const PREFIX = "trapline";
const VERSION = 1;
const CHECKSUM = 4;

/** A text is no token that can be read. Its message is one line that says why. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/**
 *     trapline<version>-<base64url of: checksum (4 bytes), the run as JSON, deflated>
 *
 * Its letters survive mail, shells and addresses; blanks that get into it are no harm. Who deflates
 * is outside: it is another one in Node than in a browser.
 */
export function tokenOfPacked(packed: Uint8Array): string {
  const bytes = new Uint8Array(CHECKSUM + packed.length);
  new DataView(bytes.buffer).setUint32(0, crc32(packed), true);
  bytes.set(packed, CHECKSUM);
  return `${PREFIX}${VERSION}-${toBase64url(bytes)}`;
}

/** What was deflated. Throws the TokenError. */
export function packedOfToken(token: string): Uint8Array {
  const match = /^trapline(\d+)-([\w-]*)$/.exec(token.replaceAll(/\s/g, ""));
  const [, version, text] = match ?? [];
  if (version === undefined || text === undefined)
    throw new TokenError(`replay ${shortened(token)}: it is no token: see trapline check`);
  if (Number(version) !== VERSION)
    throw new TokenError(
      `replay: the token is of version ${version}, this trapline's is ${VERSION}`,
    );
  const bytes = fromBase64url(text);
  const packed = bytes.subarray(CHECKSUM);
  const sum = bytes.length <= CHECKSUM ? undefined : new DataView(bytes.buffer).getUint32(0, true);
  if (sum !== crc32(packed))
    throw new TokenError("replay: the token is damaged: letters of it are missing or changed");
  return packed;
}

function shortened(token: string): string {
  return token.length > 40 ? `${token.slice(0, 40)}...` : token;
}

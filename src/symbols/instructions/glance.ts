import type { Code } from "./code.ts";

/** REP and REPNE, and what may stand between them and the opcode: 66, 67, REX. */
const REPEATS = new Set([0xf2, 0xf3]);
const isPrefix = (byte: number) =>
  REPEATS.has(byte) || byte === 0x66 || byte === 0x67 || (byte >= 0x40 && byte <= 0x4f);
/** ins, outs; movs, cmps; stos, lods, scas: one byte each. */
const isString = (byte: number) =>
  (byte >= 0x6c && byte <= 0x6f) ||
  (byte >= 0xa4 && byte <= 0xa7) ||
  (byte >= 0xaa && byte <= 0xaf);

const MOST_PREFIXES = 5;

/**
 * Whether the access behind a trap may not be simply that of the instruction before: by a repeated
 * string instruction, or by a call. A look at a few bytes, which may err on the side of "yes", and
 * for most code saves loading the decoder.
 */
export function maySurprise(code: Code, trap: bigint): boolean {
  if (code.isEntry(trap)) return true;
  const around = BigInt(MOST_PREFIXES + 1);
  const [before, behind] = [code.read(trap - around, trap), code.read(trap, trap + around)];
  const [ending, coming] = [before.memory ?? before.file, behind.memory ?? behind.file];
  return (
    ending === undefined || coming === undefined || endsRepeating(ending) || startsRepeating(coming)
  );
}

function startsRepeating(bytes: Uint8Array): boolean {
  const opcode = bytes.findIndex((byte) => !isPrefix(byte));
  const repeats = bytes.subarray(0, Math.max(0, opcode)).some((byte) => REPEATS.has(byte));
  return repeats && isString(bytes[opcode] ?? 0);
}

function endsRepeating(bytes: Uint8Array): boolean {
  const prefixes = bytes.subarray(0, -1);
  const first = prefixes.findLastIndex((byte) => !isPrefix(byte)) + 1;
  return isString(bytes.at(-1) ?? 0) && prefixes.subarray(first).some((byte) => REPEATS.has(byte));
}

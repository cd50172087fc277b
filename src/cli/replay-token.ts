import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Move } from "../explore/index.ts";
import type { Program } from "../scenario/index.ts";
import { UsageError } from "./usage-error.ts";

/** A run of a program: all that another computer needs to do it again, step by step. */
export interface Replayable {
  readonly file: string;
  /** The scenario itself, so that the file need not be at hand. */
  readonly text: string;
  /** Which of the scenario's programs, and the design that it was checked with. */
  readonly arch: string;
  readonly design: string | undefined;
  readonly cpus: number;
  readonly without: readonly string[];
  readonly moves: readonly Move[];
}

const PREFIX = "trapline";
const VERSION = 1;
const CHECKSUM = 4;
/** No scenario is as long, with no run. */
const MOST_BYTES = 2 ** 24;

export function replayableOf(
  file: string,
  { text, program, moves }: { text: string; program: Program; moves: readonly Move[] },
): Replayable {
  const { arch, design, cpus } = program.machine;
  return { file, text, arch, design, cpus, without: program.withoutFixes, moves };
}

/**
 *     trapline<version>-<base64url of: checksum (4 bytes), the run as JSON, deflated>
 *
 * Its letters survive mail and shells; blanks that get into it are no harm.
 */
export function encodeToken({ moves, ...rest }: Replayable): string {
  const flat = moves.flatMap(({ action, choice }) => [action, choice]);
  const packed = deflateRawSync(JSON.stringify({ ...rest, moves: flat }), { level: 9 });
  const bytes = Buffer.alloc(CHECKSUM + packed.length);
  bytes.writeUInt32LE(crc32(packed));
  packed.copy(bytes, CHECKSUM);
  return `${PREFIX}${VERSION}-${bytes.toString("base64url")}`;
}

/** Throws the UsageError that says what is wrong with it. */
export function decodeToken(token: string): Replayable {
  const match = /^trapline(\d+)-([\w-]*)$/.exec(token.replaceAll(/\s/g, ""));
  const [, version, text] = match ?? [];
  if (version === undefined || text === undefined)
    throw new UsageError(`replay ${shortened(token)}: it is no token: see trapline check`);
  if (Number(version) !== VERSION)
    throw new UsageError(
      `replay: the token is of version ${version}, this trapline's is ${VERSION}`,
    );
  const bytes = Buffer.from(text, "base64url");
  const packed = bytes.subarray(CHECKSUM);
  if (bytes.length <= CHECKSUM || bytes.readUInt32LE() !== crc32(packed))
    throw new UsageError("replay: the token is damaged: letters of it are missing or changed");
  const it = unpacked(packed);
  if (!isPacked(it)) throw new UsageError("replay: the token says nothing that can be replayed");
  const { moves, ...rest } = it;
  const pairs = moves.flatMap((action, at) =>
    at % 2 === 0 ? [{ action, choice: moves[at + 1] ?? 0 }] : [],
  );
  return { ...rest, moves: pairs };
}

/** Its checksum is right, but whoever made it may have packed anything. */
function unpacked(packed: Uint8Array): unknown {
  try {
    return JSON.parse(inflateRawSync(packed, { maxOutputLength: MOST_BYTES }).toString());
  } catch {
    return undefined;
  }
}

type Packed = Omit<Replayable, "moves"> & { readonly moves: readonly number[] };

/** Whoever made it may be anybody, so nothing in it is taken for granted. */
function isPacked(it: unknown): it is Packed {
  if (typeof it !== "object" || it === null) return false;
  const { file, text, arch, cpus, without, moves, design }: Partial<Record<string, unknown>> = {
    ...it,
  };
  return (
    [file, text, arch].every((one) => typeof one === "string") &&
    (design === undefined || typeof design === "string") &&
    typeof cpus === "number" &&
    isListOf(without, "string") &&
    isListOf(moves, "number")
  );
}

function isListOf(it: unknown, type: "string" | "number"): boolean {
  return Array.isArray(it) && it.every((one) => typeof one === type);
}

function shortened(token: string): string {
  return token.length > 40 ? `${token.slice(0, 40)}...` : token;
}

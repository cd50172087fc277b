import { UsageError } from "./usage-error.ts";

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  "": 1_000,
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** `10s`, `500ms`, `1.5m`, `2h`; a number alone is seconds. In ms. */
export function parseDuration(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|)$/.exec(text);
  const unit = MS_PER_UNIT[match?.[2] ?? "?"];
  if (match === null || unit === undefined) {
    throw new UsageError(`${flag} ${text}: not a duration: try 10s, 500ms or 2m`);
  }
  return Number(match[1]) * unit;
}

/** A whole number of at least `least`. */
export function parseCount(flag: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${flag} ${text}: not a whole number of ${least} or more`);
}

const HIGHEST_PORT = 65_535;

/** A port to listen on; undefined for any. */
export function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = parseCount("--port", text, 1);
  if (port <= HIGHEST_PORT) return port;
  throw new UsageError(`--port ${text}: not a port: try a number from 1024 to ${HIGHEST_PORT}`);
}

/** `12,34` as process or thread ids. */
export function parseIds(flag: string, text: string): readonly number[] {
  return text.split(",").map((part) => {
    const id = /^\d+$/.test(part) ? Number(part) : 0;
    if (id > 0 && id < 2 ** 31) return id;
    throw new UsageError(`${flag} ${text}: "${part}" is not an id: try ${flag} 1234 or 12,34`);
  });
}

const MOST_CPUS = 8192;

/** `0,2-3` as numbers of CPUs, in order and each once. */
export function parseCpus(flag: string, text: string): readonly number[] {
  const cpus = text.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (to >= from && to < MOST_CPUS) return range(from, to);
    throw new UsageError(`${flag} ${text}: "${part}" is no CPU: try ${flag} 0 or 0,2-3`);
  });
  return [...new Set(cpus)].sort((a, b) => a - b);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const BYTES_PER_UNIT: Readonly<Record<string, number>> = { "": 1, K: 1 << 10, M: 1 << 20 };

const PAGE = 4096;

/** `64K`, `8M`, or bytes. */
export function parseSize(flag: string, text: string, least = PAGE): number {
  const match = /^(\d+)([KM]?)$/i.exec(text);
  const unit = BYTES_PER_UNIT[match?.[2]?.toUpperCase() ?? "?"];
  const bytes = Number(match?.[1]) * (unit ?? Number.NaN);
  if (Number.isSafeInteger(bytes) && bytes >= least && bytes <= 2 ** 30) return bytes;
  throw new UsageError(
    `${flag} ${text}: not a size from ${least === PAGE ? "4K" : least} to 1024M`,
  );
}

/** `2%`, or a share such as `0.02`: above 0 and up to 1. */
export function parseShare(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
  const share = Number(match?.[1]) / (match?.[2] === "%" ? 100 : 1);
  if (match !== null && share > 0 && share <= 1) return share;
  throw new UsageError(`${flag} ${text}: not a share: try 2% or 0.02`);
}

/** `f,ns::g`; a comma between brackets belongs to the name, as in `map<int, int>::at`. */
export function parseNames(flag: string, text: string): readonly string[] {
  const names: string[] = [""];
  let depth = 0;
  for (const letter of text) {
    if ("(<[".includes(letter)) depth += 1;
    if (")>]".includes(letter)) depth -= 1;
    if (letter === "," && depth === 0) names.push("");
    else names.push(`${names.pop() ?? ""}${letter}`);
  }
  if (names.every((name) => name.trim() !== "")) return names.map((name) => name.trim());
  throw new UsageError(`${flag} ${text}: a name is missing: try ${flag} f or f,g`);
}

/** One of a few words. */
export function parseChoice<T extends string>(
  flag: string,
  text: string,
  choices: readonly T[],
): T {
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new UsageError(`${flag} ${text}: not one of ${choices.join(", ")}`);
}

/** One line of /proc/PID/maps: proc_pid_maps(5). */
export interface Mapping {
  readonly start: bigint;
  /** The first address behind it. */
  readonly end: bigint;
  /** `rwxp`, `r--s`. Of a mapping told by perf: `--xp`, for only those of code are told. */
  readonly perms: string;
  /** Of the file, in bytes. */
  readonly offset: bigint;
  readonly major: number;
  readonly minor: number;
  /** 0 of what is no file. */
  readonly inode: bigint;
  /** As the process sees it, `[heap]` and the like, or "" of anonymous memory. */
  readonly path: string;
  /** The file has no name any more: it was removed, or replaced by another. */
  readonly deleted: boolean;
}

const LINE =
  /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+)(?: +(.*))?$/;
const DELETED = " (deleted)";
const COLUMN_OF_PATH = 73;

/** Parses /proc/PID/maps. Lines that are not understood are left out. */
export function parseMaps(text: string): Mapping[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): Mapping | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, start = "", end = "", perms = "", offset = "", major = "", minor = "", inode = ""] =
    match;
  const shown = unescapeNewlines(match[8] ?? "");
  const deleted = inode !== "0" && shown.endsWith(DELETED);
  return {
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    perms,
    offset: BigInt(`0x${offset}`),
    major: Number.parseInt(major, 16),
    minor: Number.parseInt(minor, 16),
    inode: BigInt(inode),
    path: deleted ? shown.slice(0, -DELETED.length) : shown,
    deleted,
  };
}

/** kernel: show_map_vma(). The inverse of `parseMaps`, for one line. */
export function printMapping(it: Mapping): string {
  const range = `${hex(it.start, 8)}-${hex(it.end, 8)}`;
  const device = `${hex(it.major, 2)}:${hex(it.minor, 2)}`;
  const facts = `${range} ${it.perms} ${hex(it.offset, 8)} ${device} ${it.inode} `;
  if (it.path === "") return facts;
  const shown = it.path.replaceAll("\n", "\\012") + (it.deleted ? DELETED : "");
  return facts.padEnd(COLUMN_OF_PATH) + shown;
}

/** The mapping that holds `address`. `mappings` are in ascending order, as the kernel prints them. */
export function mappingAt(mappings: readonly Mapping[], address: bigint): Mapping | undefined {
  let below = 0;
  let above = mappings.length;
  while (below < above) {
    const middle = (below + above) >>> 1;
    const it = mappings[middle];
    if (it !== undefined && it.start <= address) below = middle + 1;
    else above = middle;
  }
  const found = mappings[below - 1];
  return found !== undefined && address < found.end ? found : undefined;
}

/** `mappings` with `added` laid over them, as mmap(2) with MAP_FIXED does. */
export function overlay(mappings: readonly Mapping[], added: Mapping): Mapping[] {
  const kept = mappings.flatMap((it) => {
    if (it.end <= added.start || added.end <= it.start) return [it];
    const before = { ...it, end: added.start };
    const after = { ...it, start: added.end, offset: it.offset + (added.end - it.start) };
    return [before, after].filter(({ start, end }) => start < end);
  });
  const place = kept.findIndex((it) => it.start > added.start);
  return kept.toSpliced(place < 0 ? kept.length : place, 0, added);
}

/** The kernel escapes newlines, and nothing else: a path may hold spaces and backslashes. */
function unescapeNewlines(path: string): string {
  return path.replaceAll("\\012", "\n");
}

function hex(value: bigint | number, width: number): string {
  return value.toString(16).padStart(width, "0");
}

import { readFileSync, statSync } from "node:fs";
import type { RecordedFrame, RecordedSource } from "../recording/index.ts";

/** Lines before and behind the one that is named. */
const AROUND = 5;
/** What a recording is made larger by at most, in letters. */
const MOST_TEXT = 1 << 20;
const LONGEST_LINE = 300;
/** A file that is longer was made by a program, and few read it. */
const LONGEST_FILE = 4 << 20;
const MOST_FILES = 64;
const FILE_URL = "file://";

interface SourceFile {
  readonly lines: readonly string[];
  readonly changedMs: number;
}

/**
 * The lines of source around code that made accesses, so that a recording can be read where the source
 * is not. Each file is read once, when the first of its code is named.
 */
export class SourceLines {
  private readonly put: (source: RecordedSource) => void;
  private readonly files = new Map<string, SourceFile | undefined>();
  /** By file and line, what is in the recording. */
  private readonly known = new Set<string>();
  private left = MOST_TEXT;

  constructor(put: (source: RecordedSource) => void) {
    this.put = put;
  }

  /** The lines around the code of a process's frame, unless they are there already. */
  note({ kind, file, line, path }: RecordedFrame, pid: number): void {
    if (file === undefined || line === undefined || kind === "kernel" || line < 1) return;
    const key = `${file}:${line}`;
    if (this.left <= 0 || this.known.has(key)) return;
    this.known.add(key);
    const source = this.read(pathOf(file), pid);
    if (source === undefined || line > source.lines.length) return;
    const first = Math.max(1, line - AROUND);
    const lines = source.lines
      .slice(first - 1, line + AROUND)
      .map((text) => text.slice(0, LONGEST_LINE));
    this.left -= lines.join("\n").length;
    const builtMs = kind === "elf" && path !== undefined ? changedMs(path, pid) : undefined;
    const isNewer = builtMs !== undefined && source.changedMs > builtMs ? true : undefined;
    this.put({ file, first, lines, isNewer });
  }

  private read(path: string, pid: number): SourceFile | undefined {
    if (!this.files.has(path)) {
      if (this.files.size >= MOST_FILES) this.files.clear();
      this.files.set(path, readSource(path, pid));
    }
    return this.files.get(path);
  }
}

/** A script's engine names its file by a URL. */
function pathOf(file: string): string {
  return file.startsWith(FILE_URL) ? decodeURI(file.slice(FILE_URL.length)) : file;
}

/** As the process sees it, which may have another root; as we do where it has ended. */
function placesOf(path: string, pid: number): readonly string[] {
  return [`/proc/${pid}/root${path}`, path];
}

function readSource(path: string, pid: number): SourceFile | undefined {
  if (!path.startsWith("/")) return undefined;
  for (const place of placesOf(path, pid)) {
    try {
      const { size, mtimeMs } = statSync(place);
      if (size === 0 || size > LONGEST_FILE) return undefined; // a pipe has no size, and would wait
      return { lines: readFileSync(place, "utf8").split("\n"), changedMs: mtimeMs };
    } catch {
      // A source that is not there is nothing to complain of.
    }
  }
  return undefined;
}

function changedMs(path: string, pid: number): number | undefined {
  for (const place of placesOf(path, pid)) {
    try {
      return statSync(place).mtimeMs;
    } catch {
      // Then nothing tells whether the source is newer.
    }
  }
  return undefined;
}

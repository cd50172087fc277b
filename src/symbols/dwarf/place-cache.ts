import { createHash } from "node:crypto";
import {
  fstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { TypeDesc } from "../../values/index.ts";
import type { Image } from "../image.ts";
import type { LoadedProcess } from "../loaded-process.ts";

/**
 * How a place is found again without debug info: a start in an object, and for each pointer that is
 * followed how many bytes before it is read. It holds for these very files, whatever process.
 */
export interface Recipe {
  readonly version: typeof VERSION;
  readonly name: string;
  /** Of the object that the start is in: its identity, and the address as the linker numbers it. */
  readonly object: string;
  readonly start: string;
  readonly follows: readonly { readonly expression: string; readonly behind: string }[];
  /** From the last pointer's target, or from the start. */
  readonly behind: string;
  readonly length: number;
  readonly type: TypeDesc | null;
  readonly isFunction: boolean;
}

/** Another layout of the file, or of TypeDesc, is another version. */
const VERSION = 2;
const MAX_FILES = 256;

/** Recipes on disk, for programs of which the debug info takes long to search. */
export class PlaceCache {
  readonly #folder: string;
  readonly #key: string;

  constructor(process: LoadedProcess, query: object) {
    const { XDG_CACHE_HOME: home = join(homedir(), ".cache") } = globalThis.process.env;
    this.#folder = join(home, "trapline", "places");
    const { images, scope } = process;
    const parts = [query, images.map(identityOf).sort(), scope.global.map(identityOf)];
    this.#key = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  }

  read(): Recipe | undefined {
    try {
      const recipe: Recipe = JSON.parse(readFileSync(this.#path, "utf8"));
      return recipe.version === VERSION ? recipe : undefined;
    } catch {
      return undefined; // not there, or half of one
    }
  }

  /** What cannot be written is found again the long way. */
  write(recipe: Omit<Recipe, "version">): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#makeRoom();
      const part = `${this.#path}.${process.pid}`;
      writeFileSync(part, JSON.stringify({ version: VERSION, ...recipe }), { mode: 0o600 });
      renameSync(part, this.#path);
    } catch {
      // A home without room or rights.
    }
  }

  get #path(): string {
    return join(this.#folder, `${this.#key}.json`);
  }

  /** The oldest half goes. */
  #makeRoom(): void {
    const paths = readdirSync(this.#folder).map((it) => join(this.#folder, it));
    if (paths.length < MAX_FILES) return;
    const aged = paths.map((path) => ({ path, time: statSync(path).mtimeMs }));
    const oldest = aged.toSorted((a, b) => a.time - b.time).slice(0, MAX_FILES / 2);
    for (const { path } of oldest) rmSync(path, { force: true });
  }
}

/** The build id, or what changes when the file does. */
export function identityOf({ object }: Image): string {
  const { elf, path } = object;
  const id = buildIdOf(elf);
  if (id !== undefined) return `${path} ${id}`;
  if (elf.fd === undefined) return path;
  const { dev, ino, size, mtimeNs } = fstatSync(elf.fd, { bigint: true });
  return [path, dev, ino, size, mtimeNs].join(" ");
}

function buildIdOf(elf: { buildId(): string | undefined }): string | undefined {
  try {
    return elf.buildId();
  } catch {
    return undefined;
  }
}

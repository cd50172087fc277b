/** Every scenario of the library, as it stands in its file. */
const FILES = import.meta.glob("../../../scenarios/**/*.scn", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface LibraryFile {
  /** `scenarios/bugs/oops-2016.scn`. */
  readonly path: string;
  readonly text: string;
}

/** What the folders hold. */
export const SHELVES: Readonly<Record<string, string>> = {
  bugs: "historical bugs",
  findings: "findings: faults that exploring has found",
  proofs: "programs of the proof of design D",
  conformance: "how breakpoints behave",
};

export const LIBRARY: readonly LibraryFile[] = Object.entries(FILES)
  .map(([path, text]) => ({ path: path.replace(/^(\.\.\/)+/, ""), text }))
  .sort((one, other) => one.path.localeCompare(other.path));

/** The text of a file that is in the library for certain. */
export function textOf(path: string): string {
  const file = LIBRARY.find((it) => it.path === path);
  if (file === undefined) throw new Error(`${path}: not in the library`);
  return file.text;
}

/** What a file says of itself in its first line. */
export function titleOf({ text, path }: LibraryFile): string {
  const [first = ""] = text.split("\n");
  return first.startsWith("#") ? first.slice(1).trim() : path;
}

export function shelfOf({ path }: LibraryFile): string {
  return path.split("/")[1] ?? "";
}

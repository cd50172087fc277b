import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheFolder } from "../cache-folder.ts";
import type { GuestKind, GuestMachine } from "./guest-name.ts";

/** What was fetched, where it lies, and the sums that it had then. */
export interface FetchedFile {
  readonly path: string;
  readonly sha256: string;
  readonly package: string;
}

export function guestFolder(...parts: readonly string[]): string {
  return cacheFolder("guest", ...parts);
}

/** The unpacked programs for a kind of machine: they run here. */
export function toolsFolder(machine: GuestMachine): string {
  return guestFolder(`tools-${machine.name}-on-${arch()}`);
}

export function kernelFolder(kind: GuestKind): string {
  return guestFolder(`kernel-${kind.name}`);
}

const MANIFEST = "manifest.json";

export function manifestPath(folder: string): string {
  return join(folder, MANIFEST);
}

/** What a folder was completed with; undefined if it never was. */
export function fetchedFile(folder: string): FetchedFile | undefined {
  const path = manifestPath(folder);
  if (!existsSync(path)) return undefined;
  const data: unknown = JSON.parse(readFileSync(path, "utf8"));
  return isFetchedFile(data) ? data : undefined;
}

function isFetchedFile(data: unknown): data is FetchedFile {
  return (
    typeof data === "object" &&
    data !== null &&
    "path" in data &&
    "sha256" in data &&
    "package" in data &&
    [data.path, data.sha256, data.package].every((it) => typeof it === "string")
  );
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The libraries that came with the unpacked programs. */
export function toolsEnv(folder: string): NodeJS.ProcessEnv {
  const triplet =
    { x64: "x86_64", arm64: "aarch64", ppc64: "powerpc64le" }[arch() as string] ?? arch();
  const libraries = ["usr/lib", "lib"].map((it) => join(folder, it, `${triplet}-linux-gnu`));
  const before = process.env.LD_LIBRARY_PATH;
  return {
    ...process.env,
    LD_LIBRARY_PATH: [...libraries, ...(before === undefined ? [] : [before])].join(":"),
  };
}

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Pid } from "../base/index.ts";
import type { DynamicFacts } from "./dynamic.ts";
import { ElfError } from "./elf-error.ts";
import { type Image, imageHolds } from "./image.ts";

const NO_FACTS: DynamicFacts = { needed: [], soname: undefined, symbolic: false };
const AT_PHDR = 3n;
const PRELOAD = "LD_PRELOAD=";

/** The images of a process as its dynamic linker sees them. */
export interface LinkScope {
  readonly program: Image | undefined;
  /**
   * The global scope, in the order in which names are looked up: the program, what is preloaded, what
   * these need, breadth first. What was loaded by dlopen(3) is not in it.
   */
  readonly global: readonly Image[];
  isSymbolic(image: Image): boolean;
}

export function linkScope(proc: string, pid: Pid, images: readonly Image[]): LinkScope {
  const facts = new Map(images.map((it) => [it, factsOf(it)]));
  const program = programOf(proc, pid, images);
  const bySoname = (name: string) =>
    images.find((it) => facts.get(it)?.soname === name) ??
    images.find((it) => it.object.name === basename(name));

  const preloaded = preloads(proc, pid).map(bySoname);
  const global = new Set([program, ...preloaded].filter((it) => it !== undefined));
  // A set visits what is added while it is walked, in that order: breadth first.
  for (const image of global) {
    for (const name of facts.get(image)?.needed ?? []) {
      const needed = bySoname(name);
      if (needed !== undefined) global.add(needed);
    }
  }
  return {
    program,
    global: [...global],
    isSymbolic: (image) => facts.get(image)?.symbolic ?? false,
  };
}

function factsOf(image: Image): DynamicFacts {
  try {
    return image.object.elf.dynamic();
  } catch (error) {
    if (error instanceof ElfError) return NO_FACTS;
    throw error;
  }
}

/** The kernel tells every process where its program's headers are: getauxval(3). */
function programOf(proc: string, pid: Pid, images: readonly Image[]): Image | undefined {
  const headers = headerAddress(join(proc, `${pid}`, "auxv"));
  return headers.flatMap((at) => images.find((it) => imageHolds(it, at)) ?? [])[0];
}

/** AT_PHDR read as a 64-bit and as a 32-bit process would have it; the wrong one is in no image. */
function headerAddress(auxv: string): bigint[] {
  try {
    const bytes = Uint8Array.from(readFileSync(auxv));
    const wide = new BigUint64Array(bytes.buffer);
    const narrow = new Uint32Array(bytes.buffer);
    return [headersIn(Array.from(wide)), headersIn(Array.from(narrow, BigInt))].filter(
      (it) => it !== undefined,
    );
  } catch {
    return [];
  }
}

function headersIn(words: readonly bigint[]): bigint | undefined {
  const place = words.findIndex((word, i) => i % 2 === 0 && word === AT_PHDR);
  return place < 0 ? undefined : words[place + 1];
}

/** ld.so(8): the environment at the start, then a file for all programs. */
function preloads(proc: string, pid: Pid): string[] {
  const environment = readText(join(proc, `${pid}`, "environ")).split("\0");
  const listed = environment.find((it) => it.startsWith(PRELOAD))?.slice(PRELOAD.length) ?? "";
  const systemWide = readText(join(proc, `${pid}`, "root/etc/ld.so.preload"));
  return [...listed.split(/[ :]/), ...systemWide.split(/[\s:]/)].filter((it) => it !== "");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

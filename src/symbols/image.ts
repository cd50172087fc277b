import { readFileSync } from "node:fs";
import type { ElfSegment } from "./elf-headers.ts";
import type { MappedObject } from "./object-store.ts";
import type { Mapping } from "./process-maps.ts";

/** An object as it was loaded into one process. */
export interface Image {
  readonly object: MappedObject;
  /** What the loader added to the linker's addresses. */
  readonly bias: bigint;
  /** From the first byte to the last, with the .bss, which is no mapping of the file. */
  readonly start: bigint;
  readonly end: bigint;
}

const PT_LOAD = 1;
const PF_X = 1;
const AT_PAGESZ = 6n;

/**
 * The images among the mappings of one file, which are in ascending order. A segment tells the bias
 * for a mapping of its bytes, but the page where one segment ends and the next begins is in both; so
 * each mapping votes for all biases that are possible, and an image is a run that agrees on one.
 * A file that is only read through mmap(2) agrees on none.
 */
export function findImages(object: MappedObject, mappings: readonly Mapping[]): Image[] {
  const loads = object.elf.segments.filter((it) => it.type === PT_LOAD && it.memsz > 0n);
  const runs: Set<bigint>[] = [];
  for (const mapping of mappings) {
    const biases = possibleBiases(loads, mapping);
    const agreed = runs.at(-1)?.intersection(biases);
    if (agreed !== undefined && agreed.size > 0) runs[runs.length - 1] = agreed;
    else if (biases.size > 0) runs.push(biases);
  }
  return runs.flatMap(([bias]) => (bias === undefined ? [] : [imageAt(object, loads, bias)]));
}

export function imageHolds(image: Image, address: bigint): boolean {
  return image.start <= address && address < image.end;
}

function possibleBiases(loads: readonly ElfSegment[], mapping: Mapping): Set<bigint> {
  const covering = loads.filter((it) => it.filesz > 0n && coversFileRange(it, mapping));
  const executable = covering.filter((it) => (it.flags & PF_X) !== 0);
  const isCode = mapping.perms.includes("x") && executable.length > 0;
  return new Set(
    (isCode ? executable : covering).map(
      (it) => mapping.start - mapping.offset + it.offset - it.vaddr,
    ),
  );
}

/** The kernel maps whole pages, so a mapping may show some bytes before and after the segment. */
function coversFileRange(segment: ElfSegment, { start, end, offset }: Mapping): boolean {
  const first = segment.offset - (segment.offset % pageSize());
  const last = segment.offset + segment.filesz + pageSize() - 1n;
  return first <= offset && offset + (end - start) <= last - (last % pageSize());
}

function imageAt(object: MappedObject, loads: readonly ElfSegment[], bias: bigint): Image {
  const ascending = loads.toSorted((a, b) => (a.vaddr < b.vaddr ? -1 : 1));
  const lowest = ascending.at(0)?.vaddr ?? 0n;
  const last = ascending.at(-1);
  const highest = last === undefined ? 0n : last.vaddr + last.memsz;
  return { object, bias, start: bias + lowest - (lowest % pageSize()), end: bias + highest };
}

let knownPageSize: bigint | undefined;

/** From our own auxiliary vector, for a page is 4, 16 or 64 KiB, the same in every process. */
function pageSize(): bigint {
  if (knownPageSize !== undefined) return knownPageSize;
  const words = new BigUint64Array(Uint8Array.from(readFileSync("/proc/self/auxv")).buffer);
  const place = words.findIndex((word, i) => i % 2 === 0 && word === AT_PAGESZ);
  knownPageSize = words[place + 1] ?? 4096n;
  return knownPageSize;
}

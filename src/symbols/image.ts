import { readFileSync } from "node:fs";
import type { ElfSegment } from "./elf-headers.ts";
import type { MappedObject } from "./object-store.ts";
import type { Mapping } from "./process-maps.ts";

/** An object as it was loaded into one process. */
export interface Image {
  readonly object: MappedObject;
  /** What the loader added to the linker's addresses. */
  readonly bias: bigint;
  /** Its mappings, and its .bss, which is no mapping of the file. */
  readonly ranges: readonly Range[];
}

interface Range {
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
 * A file that is only read through mmap(2) agrees on none. V8 maps the node program's builtins a
 * second time, beside its compiled code: that is an image of its own, without the rest.
 */
export function findImages(object: MappedObject, mappings: readonly Mapping[]): Image[] {
  const loads = object.elf.segments
    .filter((it) => it.type === PT_LOAD && it.memsz > 0n)
    .toSorted((a, b) => (a.vaddr < b.vaddr ? -1 : 1));
  const runs: { biases: Set<bigint>; mappings: Mapping[] }[] = [];
  for (const mapping of mappings) {
    const possible = possibleBiases(loads, mapping);
    const run = runs.at(-1);
    const agreed = run?.biases.intersection(possible);
    if (run !== undefined && agreed !== undefined && agreed.size > 0) {
      run.biases = agreed;
      run.mappings.push(mapping);
    } else if (possible.size > 0) runs.push({ biases: possible, mappings: [mapping] });
  }
  return runs.flatMap((run) => {
    const [bias] = run.biases;
    if (bias === undefined) return [];
    return [{ object, bias, ranges: [...run.mappings, ...bssRanges(loads, bias, run.mappings)] }];
  });
}

export function imageHolds({ ranges }: Image, address: bigint): boolean {
  return ranges.some((it) => it.start <= address && address < it.end);
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

/**
 * The memory behind the bytes of a segment. It is the image's if these bytes are, or, for a segment
 * that has none, those of the segment before it.
 */
function bssRanges(
  loads: readonly ElfSegment[],
  bias: bigint,
  mappings: readonly Range[],
): Range[] {
  const withBytes = loads.filter((it) => it.filesz > 0n);
  return loads
    .filter((it) => it.memsz > it.filesz)
    .filter((it) => {
      const owner = withBytes.findLast((other) => other.vaddr <= it.vaddr);
      if (owner === undefined) return false;
      const lastByte = bias + owner.vaddr + owner.filesz - 1n;
      return mappings.some(({ start, end }) => start <= lastByte && lastByte < end);
    })
    .map((it) => ({ start: bias + it.vaddr + it.filesz, end: bias + it.vaddr + it.memsz }));
}

/** What x86-64 has, and other processors may. */
const SMALLEST_PAGE = 4096n;
let knownPageSize: bigint | undefined;

/** From our own auxiliary vector, for a page is 4, 16 or 64 KiB, the same in every process. */
function pageSize(): bigint {
  if (knownPageSize !== undefined) return knownPageSize;
  knownPageSize = auxiliaryValue(AT_PAGESZ) ?? SMALLEST_PAGE;
  return knownPageSize;
}

/** Undefined where we may not read our own vector: a program with capabilities is not dumpable. */
function auxiliaryValue(type: bigint): bigint | undefined {
  try {
    const words = new BigUint64Array(Uint8Array.from(readFileSync("/proc/self/auxv")).buffer);
    const place = words.findIndex((word, i) => i % 2 === 0 && word === type);
    return place < 0 ? undefined : words[place + 1];
  } catch {
    return undefined;
  }
}

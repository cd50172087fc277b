import type { Pid } from "../base/index.ts";
import type { MmapNote } from "./frame.ts";
import { findImages, type Image, imageHolds } from "./image.ts";
import { fileKey, type MappedObject, type ObjectStore } from "./object-store.ts";
import { type Mapping, mappingAt, overlay } from "./process-maps.ts";

const DELETED = " (deleted)";

/** What is mapped where in one process. Lists are never changed, so a fork shares its parent's. */
export class AddressSpace {
  /** The process and those it was forked from: through any of them its files may be reached. */
  readonly pids: readonly Pid[];
  #mappings: readonly Mapping[];
  #images: Map<string, readonly Image[]>;

  constructor(pids: readonly Pid[], mappings: readonly Mapping[] = []) {
    this.pids = pids;
    this.#mappings = mappings;
    this.#images = new Map();
  }

  fork(child: Pid, generations: number): AddressSpace {
    const copy = new AddressSpace([child, ...this.pids].slice(0, generations), this.#mappings);
    copy.#images = this.#images;
    return copy;
  }

  replace(mappings: readonly Mapping[]): void {
    this.#mappings = mappings;
    this.#images = new Map();
  }

  add(note: MmapNote): void {
    this.replace(overlay(this.#mappings, asMapping(note)));
  }

  get mappings(): readonly Mapping[] {
    return this.#mappings;
  }

  mappingAt(address: bigint): Mapping | undefined {
    return mappingAt(this.#mappings, address);
  }

  /** The image that `address` belongs to. Its .bss is anonymous memory behind its last mapping. */
  imageAt(address: bigint, store: ObjectStore): Image | undefined {
    const mapping = this.mappingAt(address);
    const owner = mapping !== undefined && isOfObject(mapping) ? mapping : this.#before(address);
    if (owner === undefined) return undefined;
    return this.#imagesOf(owner, store).find((it) => imageHolds(it, address));
  }

  /** Opens the files of all code while the process lives. */
  openObjects(store: ObjectStore): void {
    for (const mapping of this.#mappings) {
      if (mapping.perms.includes("x") && isOfObject(mapping)) store.of(mapping, this.pids);
    }
  }

  objectAt(mapping: Mapping, store: ObjectStore): MappedObject | undefined {
    return store.of(mapping, this.pids);
  }

  /** All images of the process. */
  images(store: ObjectStore): Image[] {
    const owners = Map.groupBy(this.#mappings.filter(isOfObject), fileKey).values();
    const images = owners.flatMap(([first]) => (first ? this.#imagesOf(first, store) : []));
    return [...images];
  }

  #imagesOf(mapping: Mapping, store: ObjectStore): readonly Image[] {
    const key = fileKey(mapping);
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const object = store.of(mapping, this.pids);
    if (object === undefined) return [];
    const images =
      mapping.path === "[vdso]"
        ? [vdsoImage(object, mapping)]
        : findImages(
            object,
            this.#mappings.filter((it) => fileKey(it) === key),
          );
    this.#images.set(key, images);
    return images;
  }

  #before(address: bigint): Mapping | undefined {
    return this.#mappings.findLast((it) => it.start <= address && isOfObject(it));
  }
}

function isOfObject({ inode, path }: Mapping): boolean {
  return inode !== 0n || path === "[vdso]";
}

/** The vdso is linked at 0, or at its own place on old kernels; it is mapped whole. */
function vdsoImage(object: MappedObject, { start, end }: Mapping): Image {
  const load = object.elf.segments.find((it) => it.type === 1);
  return { object, bias: start - (load?.vaddr ?? 0n), ranges: [{ start, end }] };
}

/** kernel: perf_event_mmap_event() writes "//anon" where maps has nothing. */
function asMapping(note: MmapNote): Mapping {
  const deleted = note.ino !== 0n && note.path.endsWith(DELETED);
  const path = deleted ? note.path.slice(0, -DELETED.length) : note.path;
  return {
    start: note.start,
    end: note.start + note.len,
    perms: "--xp",
    offset: note.pgoff,
    major: note.maj,
    minor: note.min,
    inode: note.ino,
    path: path === "//anon" ? "" : path,
    deleted,
  };
}

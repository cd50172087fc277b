import type { LoadedProcess } from "../loaded-process.ts";
import { readProcessMemory } from "./process-memory.ts";
import { nameOfType, strip } from "./read-type.ts";
import { article, refuse } from "./refused.ts";
import { addressSize } from "./type-size.ts";
import { entryPlace, shapeOf, type TypedPlace } from "./typed-place.ts";

/** A pointer that was read to find the place. */
export interface Followed {
  readonly expression: string;
  readonly value: bigint;
}

/** Where in an expression something is read: its text for people, and its column. */
interface Spelt {
  readonly text: string;
  readonly column: number;
}

const POINTER_SIZE = 8;
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** The way from a name to a place through memory: which pointers were followed, and from where. */
export class Trail {
  readonly followed: Followed[] = [];
  /** The last name's place, and how far behind it, then behind each target, a pointer was read. */
  start: bigint | undefined;
  readonly behind: bigint[] = [];
  #origin = 0n;
  readonly #process: LoadedProcess;

  constructor(process: LoadedProcess) {
    this.#process = process;
  }

  /** A static member is found anew: what was followed before it does not matter. */
  startAt(address: bigint): void {
    this.start = address;
    this.#origin = address;
    this.behind.length = 0;
    this.followed.length = 0;
  }

  /** How far behind the last target, or the start, the place is. */
  distance({ address }: TypedPlace): bigint {
    return address - this.#origin;
  }

  /** The place that a pointer or a reference in memory leads to. */
  follow(place: TypedPlace, spelt: Spelt): TypedPlace {
    const { type } = place;
    const { text, column } = spelt;
    const shape = shapeOf(type);
    const isPointer = shape === "pointer" || shape === "reference";
    if (type !== undefined && !isPointer && type.kind === "entry") {
      return refuse(column, `is no pointer: ${text} is ${article(nameOfType(type.die))}`);
    }
    const value = this.read(place, spelt);
    this.followed.push({ expression: text, value });
    if (value === 0n) return refuse(column, `cannot be followed: ${text} is a null pointer now`);
    // Before a program's relocations are made, its pointers hold what the linker wrote.
    if (readProcessMemory(this.#process, value, 1) === undefined) {
      const hex = `0x${value.toString(16)}`;
      return refuse(column, `cannot be followed: ${text} is ${hex}, where nothing is mapped now`);
    }
    if (type?.kind !== "entry") {
      return { address: value, type: undefined, size: registerful(value) };
    }
    return entryPlace(value, strip(type.die)?.type(), type.image);
  }

  /** The address that is in memory there. */
  read({ address, type }: TypedPlace, { text, column }: Spelt): bigint {
    const size = type?.kind === "entry" ? addressSize(type.die) : POINTER_SIZE;
    const bytes = readProcessMemory(this.#process, address, size);
    if (bytes === undefined) {
      const hex = `0x${address.toString(16)}`;
      return refuse(column, `cannot be followed: ${text}, at ${hex}, cannot be read`);
    }
    const value = bytes.reduceRight((high, byte) => (high << 8n) | BigInt(byte), 0n) & LAST_ADDRESS;
    this.behind.push(address - this.#origin);
    this.#origin = value;
    return value;
  }
}

/** The most that one register watches from an address on. */
export function registerful(address: bigint): number {
  return [8, 4, 2].find((length) => address % BigInt(length) === 0n) ?? 1;
}

import { err, ok, type Result } from "../base/index.ts";
import type { Sys } from "./sys.ts";

const BPF_MAP_CREATE = 0;
const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_MAP_DELETE_ELEM = 3;
const BPF_MAP_GET_NEXT_KEY = 4;

/** Kinds of maps by their number in <linux/bpf.h>. */
const MAP_TYPE = {
  hash: 1,
  array: 2,
  perfEvents: 4,
  perCpuArray: 6,
  /** Forgets what was not used for longest when it is full. */
  lruHash: 9,
} as const;

export interface MapShape {
  readonly type: keyof typeof MAP_TYPE;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
}

/** What an update does with a key that is there, or is not. */
const UPDATE = { any: 0, ifAbsent: 1 } as const;

/** A map shared with a program. Keys and values are fixed-size bytes. */
export class BpfMap implements Disposable {
  readonly fd: number;
  private readonly sys: Sys;
  private readonly valueBytes: number;

  private constructor(sys: Sys, fd: number, valueBytes: number) {
    this.sys = sys;
    this.fd = fd;
    this.valueBytes = valueBytes;
  }

  static create(sys: Sys, shape: MapShape): Result<BpfMap> {
    const { type, keyBytes, valueBytes, maxEntries } = shape;
    const attr = new Uint8Array(128);
    new Uint32Array(attr.buffer).set([MAP_TYPE[type], keyBytes, valueBytes, maxEntries]);
    const fd = sys.bpf(BPF_MAP_CREATE, attr);
    return fd.ok ? ok(new BpfMap(sys, fd.value, valueBytes)) : fd;
  }

  lookup(key: Uint8Array): Uint8Array | undefined {
    const value = new Uint8Array(this.valueBytes);
    return this.element(BPF_MAP_LOOKUP_ELEM, key, value).ok ? value : undefined;
  }

  /** Adds, or replaces unless told not to. Refused with E2BIG when the map is full. */
  update(key: Uint8Array, value: Uint8Array, when: keyof typeof UPDATE = "any"): Result<number> {
    if (value.length !== this.valueBytes) return err("EINVAL");
    return this.element(BPF_MAP_UPDATE_ELEM, key, value, UPDATE[when]);
  }

  /** Refused with ENOENT when it is not there. */
  delete(key: Uint8Array): Result<number> {
    return this.element(BPF_MAP_DELETE_ELEM, key);
  }

  /** Deletes everything that is there now. Each key must be of `keyBytes`. */
  clear(keyBytes: number): void {
    for (let key = this.firstKey(keyBytes); key !== undefined; key = this.firstKey(keyBytes)) {
      if (!this.delete(key).ok) return; // somebody else takes them away, too
    }
  }

  [Symbol.dispose](): void {
    this.sys.close(this.fd);
  }

  private firstKey(keyBytes: number): Uint8Array | undefined {
    const key = new Uint8Array(keyBytes);
    const attr = new Uint8Array(128);
    const view = new DataView(attr.buffer);
    view.setUint32(0, this.fd, true);
    view.setBigUint64(16, this.sys.addressOf(key), true); // no key before it: give the first
    return this.sys.bpf(BPF_MAP_GET_NEXT_KEY, attr).ok ? key : undefined;
  }

  /** The kernel refuses a command that has more in its attributes than it takes. */
  private element(command: number, key: Uint8Array, value?: Uint8Array, flags = 0): Result<number> {
    const attr = new Uint8Array(128);
    const view = new DataView(attr.buffer);
    view.setUint32(0, this.fd, true);
    view.setBigUint64(8, this.sys.addressOf(key), true);
    if (value !== undefined) view.setBigUint64(16, this.sys.addressOf(value), true);
    view.setBigUint64(24, BigInt(flags), true);
    return this.sys.bpf(command, attr);
  }
}

/** A key, or a part of a value, of 32-bit words. */
export function words32(...words: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(words).buffer);
}

import { err, ok, type Pid, type Result } from "../base/index.ts";
import { AddressSpace } from "./address-space.ts";
import type { Image } from "./image.ts";
import { type LinkScope, linkScope } from "./link-scope.ts";
import type { NameFailure } from "./named-address.ts";
import { ObjectStore } from "./object-store.ts";
import { readMaps } from "./process-maps-file.ts";

/** What a process has mapped now, opened to look names up in it. */
export class LoadedProcess implements Disposable {
  readonly pid: Pid;
  readonly proc: string;
  readonly images: readonly Image[];
  readonly scope: LinkScope;
  readonly #store: ObjectStore;

  private constructor(
    { pid, proc }: { readonly pid: Pid; readonly proc: string },
    images: readonly Image[],
    store: ObjectStore,
  ) {
    this.pid = pid;
    this.proc = proc;
    this.images = images;
    this.scope = linkScope(proc, pid, images);
    this.#store = store;
  }

  static open(pid: Pid, proc = "/proc"): Result<LoadedProcess, NameFailure> {
    const mappings = readMaps(proc, pid);
    if (mappings === undefined) {
      const hint = "it has ended, is a kernel thread, or belongs to another user";
      return err({ kind: "no-process", pid, hint });
    }
    using undo = new DisposableStack();
    const store = undo.use(new ObjectStore(proc));
    const images = new AddressSpace([pid], mappings).images(store);
    const process = new LoadedProcess({ pid, proc }, images, store);
    undo.move();
    return ok(process);
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

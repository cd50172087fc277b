import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { compilePuppet, STRANGER } from "../build-puppet.ts";
import { TargetError } from "../target-error.ts";
import { GuestLink } from "./guest-link.ts";
import type { GuestSpec } from "./guest-name.ts";
import { GuestProcess } from "./guest-process.ts";
import { initrd } from "./initrd.ts";
import { checkKernelImage } from "./kernel-image.ts";
import { type Machine, machineFlags } from "./machine-flags.ts";
import { findCompiler, findQemu, type Qemu } from "./qemu.ts";
import { fetchedFile, guestFolder, kernelFolder, sha256 } from "./store.ts";

const BOOT_MS = 180_000;
const RESUME_MS = 20_000;
const LAST_WORDS = 200;
const SNAPSHOTS_KEPT = 3;
/** A snapshot's folder is written by one process at a time, and gets its name last. */
const FORM = "1";

export interface GuestOptions {
  /** A kernel image of the user's own. */
  readonly kernel?: string | undefined;
  /** Its CPUs are to run at once: for races. */
  readonly isParallel?: boolean;
  /** What takes long is said here. */
  readonly progress?: (text: string) => void;
}

export interface StartedGuest {
  readonly link: GuestLink;
  /** `uname -r` there. */
  readonly release: string;
}

/** What a guest is made of; the same makings make the same snapshot. */
interface Makings extends Machine {
  readonly qemu: Qemu;
  readonly folder: string;
}

/** Resumes the snapshot of a guest; boots it first where there is none yet, or can be none. */
export async function startGuest(spec: GuestSpec, options: GuestOptions): Promise<StartedGuest> {
  const makings = await prepare(spec, options);
  if (!spec.cpu.resumes) {
    using undo = new DisposableStack();
    const guest = undo.use(new GuestProcess(makings.qemu, machineFlags(makings)));
    const link = undo.use(new GuestLink(spec.name, guest));
    await boot(makings, { guest, link });
    const release = await link.hello(RESUME_MS);
    undo.move();
    return { link, release };
  }
  const snapshot = join(makings.folder, "memory");
  if (!existsSync(snapshot)) {
    options.progress?.(`${spec.name}: booting ${makings.images.kernel}, once`);
    await bootAndSave(makings, snapshot);
  }
  try {
    return await resume(makings, snapshot);
  } catch (error) {
    // A snapshot that cannot be read again is made again, once.
    if (!(error instanceof TargetError)) throw error;
    options.progress?.(`${error.message}: booting again`);
    rmSync(snapshot, { force: true });
    await bootAndSave(makings, snapshot);
    return await resume(makings, snapshot);
  }
}

async function prepare(
  spec: GuestSpec,
  { kernel, isParallel = false }: GuestOptions,
): Promise<Makings> {
  const { machine } = spec.kind;
  const qemu = findQemu(machine);
  const { path, sum } = await kernelOf(spec, kernel);
  const puppet = readFileSync(compilePuppet(machine.puppet, findCompiler(machine)));
  const archive = initrdOf(puppet);
  const key = createHash("sha256").update([FORM, sum, qemu.version, spec.cpu.name].join(" "));
  const names = { kernel: "kernel", initrd: "initrd" };
  const flags = machineFlags({ spec, images: names, isParallel });
  key.update(flags.join(" ")).update(archive);
  const label = `${spec.kind.name}-${spec.cpu.name}`;
  const folder = guestFolder("snapshots", label, key.digest("hex").slice(0, 16));
  mkdirSync(folder, { recursive: true });
  const images = { kernel: path, initrd: join(folder, "initrd") };
  if (!existsSync(images.initrd)) writeWhole(images.initrd, archive);
  return { spec, qemu, images, folder, isParallel };
}

async function kernelOf(
  { name, kind }: GuestSpec,
  own: string | undefined,
): Promise<{ path: string; sum: string }> {
  if (own !== undefined) {
    checkKernelImage(own, kind.machine);
    return { path: own, sum: await sha256(own) };
  }
  const fetched = fetchedFile(kernelFolder(kind));
  if (fetched === undefined || !existsSync(fetched.path))
    throw new TargetError(
      `${name}: its kernel is not here: run trapline guest fetch ${kind.name}, or give --kernel`,
    );
  const { path } = fetched;
  const changed =
    statSync(path).mtimeMs > statSync(join(kernelFolder(kind), "manifest.json")).mtimeMs;
  if (changed && (await sha256(path)) !== fetched.sha256)
    throw new TargetError(
      `${name}: ${path} is not what was fetched: run trapline guest fetch --again`,
    );
  return { path, sum: fetched.sha256 };
}

function initrdOf(puppet: Buffer): Buffer {
  const folders = ["dev", "proc", "sys"].map((path) => ({ path, mode: 0o40755 }));
  return initrd([
    ...folders,
    { path: "init", mode: 0o100755, content: puppet },
    { path: "undumpable", mode: 0o100711, owner: STRANGER, content: puppet },
  ]);
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, bytes);
  renameSync(fresh, path);
}

async function bootAndSave(makings: Makings, snapshot: string): Promise<void> {
  const { spec, qemu } = makings;
  using guest = new GuestProcess(qemu, machineFlags(makings));
  using link = new GuestLink(spec.name, guest);
  await boot(makings, { guest, link });
  const fresh = `${snapshot}.${process.pid}`;
  await guest.command("stop");
  await guest.command("migrate", { uri: `file:${fresh}` });
  await saved(guest);
  renameSync(fresh, snapshot);
  removeOlder(makings.folder);
}

/** A snapshot is of no use once the puppet, QEMU or the kernel is another one; a few kernels take turns. */
function removeOlder(folder: string): void {
  const all = globSync(join(dirname(folder), "*", "memory"));
  const newestFirst = all.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const it of newestFirst.slice(SNAPSHOTS_KEPT))
    rmSync(dirname(it), { recursive: true, force: true });
}

/** Until the puppet says that it is there. */
async function boot(
  { spec }: Makings,
  { guest, link }: { guest: GuestProcess; link: GuestLink },
): Promise<void> {
  try {
    await link.hello(BOOT_MS, { asked: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(`${spec.name}: `, "") : error;
    throw new TargetError(`${spec.name}: the kernel does not boot: ${reason}${lastWords(guest)}`);
  }
}

/** The end of what the kernel said, in one line. */
function lastWords({ log }: GuestProcess): string {
  const words = log.trim().split(/\r?\n/).slice(-3).join(" / ").slice(-LAST_WORDS);
  return words === "" ? ": it said nothing: is it for this machine?" : `: its last words: ${words}`;
}

async function saved(guest: GuestProcess): Promise<void> {
  for (;;) {
    const status = await migrationStatus(guest);
    if (status === "completed") return;
    if (status === "failed" || status === "cancelled")
      throw new TargetError(`QEMU: the snapshot was not written: is there room left?`);
    await pause(20);
  }
}

async function migrationStatus(guest: GuestProcess): Promise<unknown> {
  const state = await guest.command("query-migrate");
  return typeof state === "object" && state !== null && "status" in state
    ? state.status
    : undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function resume(makings: Makings, snapshot: string): Promise<StartedGuest> {
  const { spec, qemu } = makings;
  const flags = [...machineFlags(makings), "-incoming", `file:${snapshot}`];
  using undo = new DisposableStack();
  const guest = undo.use(new GuestProcess(qemu, flags));
  const link = undo.use(new GuestLink(spec.name, guest));
  const deadline = performance.now() + RESUME_MS;
  while ((await migrationStatus(guest)) !== "completed") {
    if (performance.now() > deadline)
      throw new TargetError(`${spec.name}: the snapshot does not load after ${RESUME_MS} ms`);
    await pause(10);
  }
  await guest.command("cont");
  const release = await link.hello(RESUME_MS);
  undo.move();
  return { link, release };
}

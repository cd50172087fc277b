import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { basename, join } from "node:path";
import { TargetError } from "../target-error.ts";
import { Apt } from "./apt.ts";
import { debianSource } from "./apt-sources.ts";
import type { GuestKind, GuestMachine } from "./guest-name.ts";
import {
  fetchedFile,
  guestFolder,
  kernelFolder,
  manifestPath,
  sha256,
  toolsFolder,
} from "./store.ts";

/** The release that has 6.1, and 6.12 among its backports. */
const KERNEL_RELEASE = "bookworm";

const DEBIAN_ARCH: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ppc64: "ppc64el",
  ppc64le: "ppc64el",
};

/** What emulates a machine, and what compiles for it. */
const TOOLS: Readonly<Record<GuestMachine["name"], { qemu: string; compiler: readonly string[] }>> =
  {
    ppc64le: {
      qemu: "qemu-system-ppc",
      compiler: ["gcc-powerpc64le-linux-gnu", "linux-libc-dev-ppc64el-cross"],
    },
    arm64: {
      qemu: "qemu-system-arm",
      compiler: ["gcc-aarch64-linux-gnu", "linux-libc-dev-arm64-cross"],
    },
  };

export type Progress = (text: string) => void;

/**
 * Fetches what a guest needs as Debian packages, and unpacks it into the cache: nothing is installed.
 * apt checks each package against the signed lists; the sums of what is used are kept beside it.
 */
export async function fetchGuest(kind: GuestKind, progress: Progress): Promise<void> {
  await fetchTools(kind.machine, progress);
  await fetchKernel(kind, progress);
}

export function isFetched(kind: GuestKind): boolean {
  return [toolsFolder(kind.machine), kernelFolder(kind)].every(
    (it) => fetchedFile(it) !== undefined,
  );
}

/** So that it is fetched again. */
export function removeFetched(kind: GuestKind): void {
  for (const it of [toolsFolder(kind.machine), kernelFolder(kind)])
    rmSync(it, { recursive: true, force: true });
}

async function fetchTools(machine: GuestMachine, progress: Progress): Promise<void> {
  const folder = toolsFolder(machine);
  const known = fetchedFile(folder);
  if (known !== undefined) return progress(`${machine.name}: ${known.package} is there`);
  const here = DEBIAN_ARCH[arch()] ?? arch();
  const apt = new Apt({
    folder: guestFolder(`apt-${machine.name}-tools`),
    source: debianSource(),
    release: releaseHere(),
    arch: here,
    onTopOfSystem: true,
  });
  progress(`${machine.name}: reading package lists for ${here}`);
  await apt.update();
  const { qemu, compiler } = TOOLS[machine.name];
  progress(`${machine.name}: fetching ${qemu} and ${compiler.join(", ")}`);
  await apt.download([qemu], { backports: true });
  await apt.download(compiler);
  const packages = globSync(join(apt.archives, "*.deb"));
  progress(`${machine.name}: unpacking ${packages.length} packages`);
  const fresh = freshFolder(folder);
  for (const it of packages) unpack(it, fresh);
  const program = join("usr", "bin", machine.qemu);
  const sum = await sha256(join(fresh, program));
  const from = packages.map((it) => basename(it)).find((it) => it.startsWith(`${qemu}_`));
  complete(fresh, folder, { path: join(folder, program), sha256: sum, package: from ?? qemu });
  rmSync(guestFolder(`apt-${machine.name}-tools`), { recursive: true });
  progress(`${machine.name}: ${from}, sha256 ${sum.slice(0, 16)}…`);
}

async function fetchKernel(kind: GuestKind, progress: Progress): Promise<void> {
  const folder = kernelFolder(kind);
  const known = fetchedFile(folder);
  if (known !== undefined) return progress(`${kind.name}: ${known.package} is there`);
  const foreign = DEBIAN_ARCH[kind.machine.name] ?? kind.machine.name;
  const apt = new Apt({
    folder: guestFolder(`apt-${kind.name}`),
    source: debianSource(),
    release: KERNEL_RELEASE,
    arch: foreign,
    onTopOfSystem: false,
  });
  progress(`${kind.name}: reading package lists for ${foreign}`);
  await apt.update();
  const flavour = kind.machine.name === "ppc64le" ? "powerpc64le" : "arm64(-unsigned)?";
  const release = kind.release.replace(".", "\\.");
  const name = await apt.newest(`^linux-image-${release}\\.[0-9a-z.+]+(-[0-9]+)?-${flavour}$`);
  if (name === undefined)
    throw new TargetError(`guest fetch: ${kind.name}: apt knows no such kernel: give --kernel`);
  progress(`${kind.name}: fetching ${name}`);
  await apt.downloadAlone(name);
  const [archive = ""] = globSync(join(apt.archives, "*.deb"));
  const fresh = freshFolder(folder);
  unpack(archive, fresh);
  const image = globSync("boot/vmlinu*", { cwd: fresh })[0];
  if (image === undefined)
    throw new TargetError(`guest fetch: ${basename(archive)}: has no kernel image: give --kernel`);
  renameSync(join(fresh, image), join(fresh, "image"));
  for (const it of ["boot", "lib", "usr"])
    rmSync(join(fresh, it), { recursive: true, force: true });
  const sum = await sha256(join(fresh, "image"));
  complete(fresh, folder, {
    path: join(folder, "image"),
    sha256: sum,
    package: basename(archive),
  });
  rmSync(guestFolder(`apt-${kind.name}`), { recursive: true });
  progress(`${kind.name}: ${basename(archive)}, sha256 ${sum.slice(0, 16)}…`);
}

/** The release that this computer runs: what is fetched to run here must fit its libraries. */
function releaseHere(): string {
  const text = readFileSync("/etc/os-release", "utf8");
  return /^VERSION_CODENAME=(\w+)/m.exec(text)?.[1] ?? KERNEL_RELEASE;
}

function freshFolder(folder: string): string {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  return fresh;
}

function unpack(archive: string, folder: string): void {
  try {
    execFileSync("dpkg-deb", ["-x", archive, folder], { stdio: "pipe" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : error;
    throw new TargetError(
      `guest fetch: unpack ${basename(archive)}: ${reason}: is there room left?`,
    );
  }
}

/** A folder that is there is whole: it gets its name last. */
function complete(
  fresh: string,
  folder: string,
  what: { path: string; sha256: string; package: string },
): void {
  writeFileSync(manifestPath(fresh), `${JSON.stringify(what, undefined, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

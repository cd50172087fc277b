// What the tests need from the system and npm cannot bring: a C compiler, the tools that read what
// it makes, and the peers that Trapline is compared with. As root on Debian the missing is installed;
// anywhere else the one command to type is printed. When all is there this only looks, in a moment.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's package, and how to tell that it is there. */
const NEEDED = [
  { package: "gcc", found: () => isCommand("gcc") },
  { package: "g++", found: () => isCommand("g++") },
  { package: "libc6-dev", found: () => existsSync("/usr/include/stdio.h") },
  { package: "binutils", found: () => isCommand("nm") && isCommand("readelf") },
  { package: "llvm", found: () => isCommand("llvm-symbolizer") },
  { package: "libdw1", found: () => isLibrary("libdw.so.1") },
  { package: "gdb", found: () => isCommand("gdb") },
  { package: "linux-perf", found: () => isCommand("perf") },
  { package: "zsh", found: () => isCommand("zsh") },
  { package: "fish", found: () => isCommand("fish") },
  { package: "procps", found: () => isCommand("ps") },
  { package: "chromium", found: () => isCommand("chromium") },
];

const INSTALL = ["install", "-y", "-qq", "--no-install-recommends"];

const missing = missingPackages();
if (missing.length > 0) install(missing);
console.log(`system: ${NEEDED.map((it) => it.package).join(", ")}: all there`);

function missingPackages() {
  return NEEDED.filter(({ found }) => !found()).map((it) => it.package);
}

function isCommand(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Looks where the dynamic linker does, in the folders of any architecture. */
function isLibrary(name) {
  const roots = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"];
  return roots.filter(existsSync).some((root) => {
    const folders = readdirSync(root).filter((entry) => entry.includes("-linux-"));
    return ["", ...folders].some((folder) => existsSync(join(root, folder, name)));
  });
}

function install(packages) {
  if (!isCommand("apt-get")) {
    give(packages, `install what Debian packages as ${packages.join(" ")}`);
  }
  if (process.getuid?.() !== 0) {
    const command = `apt-get update && apt-get ${INSTALL.join(" ")} ${packages.join(" ")}`;
    give(packages, `type: sudo sh -c '${command}'`);
  }
  console.log(`system: installing ${packages.join(", ")}`);
  aptGet("update", "-qq");
  aptGet(...INSTALL, ...packages);
  const still = missingPackages();
  if (still.length > 0) give(still, `type: apt-get ${INSTALL.join(" ")} ${still.join(" ")}`);
}

function aptGet(...args) {
  const done = spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (done.status !== 0) console.error(`system: apt-get ${args.join(" ")}: failed`);
}

function give(packages, remedy) {
  console.error(`system: ${packages.join(", ")}: missing: ${remedy}`);
  process.exit(1);
}

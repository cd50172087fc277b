import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "targets");
const FLAGS = ["-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"];

/** A folder of compiled targets that any user may read. Each is compiled when first asked for. */
export class Workshop implements Disposable {
  readonly folder: string;
  private readonly made = new Set<string>();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "trapline-live-"));
    chmodSync(this.folder, 0o755);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The program of targets/NAME.c; at a fixed address unless the flags say otherwise. */
  compile(name: string, ...flags: readonly string[]): string {
    const path = this.path([name, ...flags].join("").replaceAll(/[^\w.]/g, "_"));
    if (this.made.has(path)) return path;
    const position = flags.some((it) => /^-(pie|shared|static)$/.test(it)) ? [] : ["-no-pie"];
    const source = join(SOURCES, `${name}.c`);
    execFileSync("gcc", [...FLAGS, ...position, "-fPIC", "-o", path, source, ...flags]);
    this.made.add(path);
    return path;
  }

  /** The program of targets/NAME, a .cpp or a .c that is C++ as well, at a fixed address. */
  compileCpp(name: string, ...flags: readonly string[]): string {
    const path = this.path([name, ...flags].join("").replaceAll(/[^\w.]/g, "_"));
    if (this.made.has(path)) return path;
    const source = join(SOURCES, name.includes(".") ? name : `${name}.cpp`);
    const language = ["-x", "c++", source, "-x", "none"];
    const common = ["-g", "-Wall", "-Wextra", "-no-pie", "-pthread", "-o", path];
    execFileSync("g++", [...common, ...language, ...flags], {
      stdio: ["ignore", "inherit", "pipe"],
    });
    this.made.add(path);
    return path;
  }

  /** A file that any user may write. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), 0o666);
    return this.path(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TargetError } from "../target-error.ts";
import { type DebianSource, sourceText } from "./apt-sources.ts";

const exec = promisify(execFile);
const MOST_OUTPUT = 64 << 20;

export interface AptOptions {
  readonly folder: string;
  readonly source: DebianSource;
  /** A Debian release: `bookworm`. */
  readonly release: string;
  /** As Debian calls it: `ppc64el`. */
  readonly arch: string;
  /** What is installed counts as there, so that only the rest is fetched. */
  readonly onTopOfSystem: boolean;
}

/** apt with lists and an archive of its own: it reads and changes nothing of the system's. */
export class Apt {
  readonly #config: string;
  readonly #folder: string;
  readonly #release: string;

  constructor({ folder, source, release, arch, onTopOfSystem }: AptOptions) {
    this.#folder = folder;
    this.#release = release;
    this.#config = join(folder, "apt.conf");
    for (const name of ["lists/partial", "archives/partial"])
      mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, "guest.sources"), sourceText(source, release));
    writeFileSync(join(folder, "status"), "");
    const status = onTopOfSystem ? "/var/lib/dpkg/status" : join(folder, "status");
    const settings: Readonly<Record<string, string>> = {
      "APT::Architecture": arch,
      "APT::Architectures": arch,
      "APT::Sandbox::User": "root", // the cache is the user's own
      "APT::Install-Recommends": "false",
      "Acquire::Languages": "none",
      "Acquire::Retries": "3",
      "Dir::State": folder,
      "Dir::State::status": status,
      "Dir::State::lists": join(folder, "lists"),
      "Dir::Cache": folder,
      "Dir::Cache::archives": join(folder, "archives"),
      "Dir::Etc::sourcelist": join(folder, "guest.sources"),
      "Dir::Etc::sourceparts": "-",
      "Dir::Etc::preferencesparts": "-",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
    writeFileSync(this.#config, lines.join(""));
  }

  async update(): Promise<void> {
    await this.#run("apt-get", ["update", "-q"]);
  }

  /** The newest package whose name is like this. */
  async newest(pattern: string): Promise<string | undefined> {
    const found = await this.#run("apt-cache", ["search", "--names-only", pattern]);
    const names = found
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
    const order = new Intl.Collator("en", { numeric: true });
    return names.sort(order.compare).at(-1);
  }

  /** Fetches packages and what they need that is not there; their files are in `archives`. */
  async download(names: readonly string[], { backports = false } = {}): Promise<void> {
    const suite = backports ? ["-t", `${this.#release}-backports`] : [];
    const how = ["-q", "-y", "--download-only", ...suite, "install"];
    await this.#run("apt-get", [...how, ...names]);
  }

  /** Fetches one package alone, into `archives`. */
  async downloadAlone(name: string): Promise<void> {
    await this.#run("apt-get", ["download", "-q", name], join(this.#folder, "archives"));
  }

  get archives(): string {
    return join(this.#folder, "archives");
  }

  async #run(command: string, args: readonly string[], cwd?: string): Promise<string> {
    try {
      const env = { ...process.env, APT_CONFIG: this.#config, DEBIAN_FRONTEND: "noninteractive" };
      const { stdout } = await exec(command, [...args], { env, cwd, maxBuffer: MOST_OUTPUT });
      return stdout;
    } catch (error) {
      throw new TargetError(`guest fetch: ${command} ${args.join(" ")}: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT")
    return "no apt here: run on Debian, or give --kernel";
  const complaint = error.message.split("\n").find((line) => line.startsWith("E: "));
  return `${complaint?.slice(3) ?? error.message.split("\n")[0]}: check the network and apt's sources`;
}

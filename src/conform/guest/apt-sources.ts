import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TargetError } from "../target-error.ts";

/** Where this computer gets its Debian packages from. */
export interface DebianSource {
  readonly uri: string;
  /** What vouches for the packages, where the source names it: a file, or a key itself. */
  readonly signedBy: string | undefined;
}

/** Security updates come from elsewhere, and only for some suites. */
const PLAIN_SUITE = /^[a-z]+$/;

/**
 * The first source of Debian packages that apt is set up with, in either of its two forms. Other
 * distributions' sources have other paths: those have no such kernels.
 */
export function debianSource(etc = "/etc/apt"): DebianSource {
  const stanzas = globSync(join(etc, "sources.list.d", "*.sources"))
    .sort()
    .flatMap(stanzasOf);
  const lists = [join(etc, "sources.list"), ...globSync(join(etc, "sources.list.d", "*.list"))];
  const found = [...stanzas, ...lists.sort().flatMap(linesOf)].find(isDebian);
  if (found !== undefined) return found;
  throw new TargetError(
    `guest fetch: ${etc} names no source of Debian packages: add one, or give --kernel and install QEMU 8.2`,
  );
}

interface Entry extends DebianSource {
  readonly suites: readonly string[];
}

function isDebian({ uri, suites }: Entry): boolean {
  return /\/debian\/?$/.test(uri) && suites.some((it) => PLAIN_SUITE.test(it));
}

/** `Field: value` lines, with an empty line between two sources. */
function stanzasOf(file: string): readonly Entry[] {
  const text = readFileSync(file, "utf8").replaceAll(/^#.*\n?/gm, "");
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1]?.trim();
    const types = field("Types")?.split(/\s+/) ?? [];
    if (!types.includes("deb") || field("Enabled") === "no") return [];
    const suites = field("Suites")?.split(/\s+/) ?? [];
    const signedBy = field("Signed-By");
    return (field("URIs")?.split(/\s+/) ?? []).map((uri) => ({ uri, suites, signedBy }));
  });
}

/** `deb [options] URI SUITE COMPONENT…` */
function linesOf(file: string): readonly Entry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return [...text.matchAll(/^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/gm)].map(
    ([, options = "", uri = "", suite = ""]) => ({
      uri,
      suites: [suite],
      signedBy: /signed-by=(\S+)/.exec(options)?.[1],
    }),
  );
}

/** Suites of a release, and of what was made for it later. */
export function sourceText(source: DebianSource, release: string): string {
  const lines = [
    "Types: deb",
    `URIs: ${source.uri}`,
    `Suites: ${release} ${release}-updates ${release}-backports`,
    "Components: main",
  ];
  if (source.signedBy !== undefined) lines.push(`Signed-By: ${source.signedBy}`);
  return `${lines.join("\n")}\n`;
}

import type { Command } from "commander";
import {
  ARCHITECTURES,
  type Architecture,
  architectureOf,
  coverRange,
  HW_BREAKPOINT_R,
  HW_BREAKPOINT_W,
  HW_BREAKPOINT_X,
  type Piece,
} from "../arch/index.ts";
import { asVa } from "../base/index.ts";
import { parseWhere, type Where } from "../watch/index.ts";
import { formatHex, formatNumber } from "../wording/index.ts";
import { EXIT } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

const AFTER_HELP = `
Exit status: 0; 1 when the range is refused; 2 wrong usage.

Examples:
  trapline arch                    what each architecture can do
  trapline arch powerpc-dawr       one of them
  trapline arch x86 0x1003/6:w     how these six bytes would be covered
`;

/** Adds `trapline arch` to the program. */
export function addArchCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  program
    .command("arch")
    .summary("what an architecture's registers can watch")
    .description("Print what each architecture's breakpoints can do, or cover a range on one.")
    .argument("[name]", Object.keys(ARCHITECTURES).join(", "))
    .argument("[range]", "ADDR[/LEN][:MODE]")
    .addHelpText("after", AFTER_HELP)
    .action((name?: string, range?: string) => {
      if (name === undefined) {
        console.log(Object.values(ARCHITECTURES).map(describe).join("\n\n"));
        return;
      }
      const arch = requireArchitecture(name);
      finish(range === undefined ? print(describe(arch)) : printCover(arch, range));
    });
}

function print(text: string): number {
  console.log(text);
  return EXIT.ok;
}

function requireArchitecture(name: string): Architecture {
  const arch = architectureOf(name);
  if (arch !== undefined) return arch;
  const known = Object.keys(ARCHITECTURES).join(", ");
  throw new UsageError(`arch ${name}: no such architecture: there are ${known}`);
}

/** The facts of one architecture, a line each. */
function describe(arch: Architecture): string {
  const { data, inst, shared } = arch.slots;
  const slots = shared
    ? `${data}, shared by data and execute`
    : `${data} for data, ${inst === 0 ? "none" : inst} for execute`;
  const types = [arch.readOnlyWatch ? "r" : "", "w", "rw", arch.execute === undefined ? "" : "x"];
  const facts = [
    ["registers", slots],
    ["modes", types.filter((type) => type !== "").join(" ")],
    ["lengths", lengths(arch.dataLengths)],
    ["alignment", arch.alignment],
    ["data traps", `${arch.data.trap} the access, counted ${arch.data.counts.replace("-", " ")}`],
    ["execute traps", arch.execute === undefined ? "never" : `${arch.execute.trap} it runs`],
    ["stepped over", arch.data.stepOver.replace("-", " ")],
    ...arch.quirks.map((quirk, index) => [index === 0 ? "beware" : "", quirk] as const),
  ] as const;
  const lines = facts.map(([name, value]) => `  ${name.padEnd(14)} ${value}`);
  return [`${arch.name}: ${arch.title}`, ...lines].join("\n");
}

/** `1 to 512`, or the few that there are. */
function lengths(all: readonly number[]): string {
  const [first = 0] = all;
  const last = all.at(-1) ?? first;
  return all.length > 8 ? `${first} to ${last}` : all.join(", ");
}

function printCover(arch: Architecture, text: string): number {
  const where = requireRange(text);
  const address = asVa(where.place.kind === "address" ? where.place.address : 0n);
  const { mode, length } = where;
  const request = { address, mode, ...(length === undefined ? {} : { length }) };
  const free = mode === "x" && !arch.slots.shared ? arch.slots.inst : arch.slots.data;
  const covered = coverRange(arch, request, free);
  if (!covered.ok) {
    console.log(`${arch.name} ${text}: refused: ${covered.error.text}`);
    return EXIT.failed;
  }
  const registers = formatNumber(covered.value.length, "register");
  console.log([`${arch.name} ${text}: ${registers}`, ...covered.value.map(pieceLine)].join("\n"));
  return EXIT.ok;
}

function requireRange(text: string): Where {
  const where = parseWhere(text);
  if (!where.ok) {
    const { column, problem, expected } = where.error;
    throw new UsageError(`arch ${text}: column ${column + 1} ${problem}: expected ${expected}`);
  }
  if (where.value.place.kind === "address") return where.value;
  throw new UsageError(`arch ${text}: a name needs a process: give an address`);
}

function pieceLine({ address, length, bpType, trapRange, inexact }: Piece): string {
  const wider = trapRange.first !== address || trapRange.last !== address + BigInt(length) - 1n;
  const traps = wider
    ? `, traps for ${formatHex(trapRange.first)}..${formatHex(trapRange.last)}`
    : "";
  const beyond = inexact === undefined ? "" : `, ${inexact}`;
  return `  ${formatHex(address)}/${length}:${typeName(bpType)}${traps}${beyond}`;
}

function typeName(bpType: number): string {
  const letters = [
    [HW_BREAKPOINT_R, "r"],
    [HW_BREAKPOINT_W, "w"],
    [HW_BREAKPOINT_X, "x"],
  ] as const;
  return letters.flatMap(([bit, letter]) => (bpType & bit ? [letter] : [])).join("");
}

import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";
import { progress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

const AFTER_HELP = `
A guest is a computer of another architecture in an emulator, with a real kernel
and Trapline's own program as its only one. Its names are targets of run and
conform, and a CPU model may follow:

  guest:ppc64le-6.1     powerpc, design b of its breakpoints: power10, power8
  guest:ppc64le-6.12    powerpc, design c: power10, power8
  guest:arm64-6.12      arm64: cortex-a57, max

guest fetch gets the kernels, QEMU and cross compilers as Debian packages from
where this computer gets its own, into a folder of the user's cache. Nothing is
installed. It needs some 700 MB for all of them.

Exit status: 0 done, 2 wrong usage, or it cannot be done.

Examples:
  trapline guest fetch
  trapline guest fetch ppc64le-6.12
  trapline guest list
  trapline conform --on model,guest:ppc64le-6.12:power8
  trapline conform --on model,guest:ppc64le-6.12 --kernel ~/linux/vmlinux
`;

/** Adds `trapline guest` to the program. */
export function addGuestCommand(
  program: Command,
  { finish }: { finish: (code: number) => void },
): void {
  const guest = program
    .command("guest")
    .summary("get real kernels of other architectures")
    .description("Get what guests are made of: computers of other architectures, emulated.")
    .helpCommand(false)
    .addHelpText("after", AFTER_HELP);
  guest
    .command("fetch")
    .summary("fetch kernels, QEMU and compilers into the cache")
    .description("Fetch what guests need, as Debian packages, into the cache.")
    .argument("[name...]", "guests (default: all of them)")
    .option("--again", "also what is there already")
    .action(async (names: readonly string[], flags: { readonly again?: boolean }) => {
      await fetchAll(names, flags.again === true);
      finish(EXIT.ok);
    });
  guest
    .command("list")
    .summary("which guests there are")
    .description("Print the guests, their CPU models, and whether they were fetched.")
    .action(async () => {
      await list();
      finish(EXIT.ok);
    });
}

async function fetchAll(names: readonly string[], again: boolean): Promise<void> {
  const { fetchGuest, GUEST_KINDS, removeFetched } = await import("../conform/index.ts");
  const known = GUEST_KINDS.map(({ name }) => name).join(", ");
  const kinds = names.map((name) => {
    const kind = GUEST_KINDS.find((it) => it.name === name.replace(/^guest:/, ""));
    if (kind === undefined) throw new UsageError(`guest fetch: ${name}: no such guest: ${known}`);
    return kind;
  });
  const wanted = kinds.length > 0 ? kinds : GUEST_KINDS;
  if (again) wanted.forEach(removeFetched);
  for (const kind of wanted) await fetchGuest(kind, progress);
}

async function list(): Promise<void> {
  const { GUEST_KINDS, isFetched } = await import("../conform/index.ts");
  const { textTable } = await import("./text-table.ts");
  const columns = [
    { title: "GUEST", align: "left" },
    { title: "CPU MODELS", align: "left" },
    { title: "FETCHED", align: "left" },
  ] as const;
  const rows = GUEST_KINDS.map((kind) => [
    `guest:${kind.name}`,
    kind.machine.cpus.map(({ name }) => name).join(", "),
    isFetched(kind) ? "yes" : "no",
  ]);
  console.log(textTable(columns, rows).join("\n"));
}

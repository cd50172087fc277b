import { appendFileSync, cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openDebugFile } from "./debug-file.ts";
import { ElfFile } from "./elf.ts";
import { Workshop } from "./test-programs.ts";

const PROGRAM = "static int hidden = 3; int main(int argc, char **argv) { return hidden += argc; }";

/** `program` without symbols, its debug file in `program.debug`. */
function stripped(workshop: Workshop, buildId: "sha1" | "none") {
  const program = workshop.compile("program", [PROGRAM], `-Wl,--build-id=${buildId}`);
  const debug = workshop.path("program.debug");
  workshop
    .run("objcopy", "--only-keep-debug", program, debug)
    .run("strip", program)
    .run("objcopy", `--add-gnu-debuglink=${debug}`, program);
  return { program, debug };
}

function hiddenIn(program: string, root: string): number | undefined {
  using elf = ElfFile.open(program);
  expect(elf.symtab()).toBeUndefined();
  using debug = openDebugFile(elf, program, [root]);
  return debug?.symtab()?.named("hidden").length;
}

test("the debug file beside a stripped program is found by its link", () => {
  using workshop = new Workshop();
  const { program } = stripped(workshop, "none");
  expect(hiddenIn(program, "")).toBe(1);
});

test("a debug file whose checksum is another's is not taken", () => {
  using workshop = new Workshop();
  const { program, debug } = stripped(workshop, "none");
  appendFileSync(debug, "x");
  expect(hiddenIn(program, "")).toBeUndefined();
});

test("the debug file of a build id is found in the root that was given", () => {
  using workshop = new Workshop();
  const { program, debug } = stripped(workshop, "sha1");
  using elf = ElfFile.open(program);
  const id = elf.buildId() ?? "";
  const place = workshop.path(
    `root/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`,
  );
  mkdirSync(dirname(place), { recursive: true });
  cpSync(program, place);
  cpSync(debug, workshop.path("kept"));
  workshop.run("rm", debug);
  expect(hiddenIn(program, workshop.path("root"))).toBeUndefined();
  const wrong = workshop.compile("wrong", [`${PROGRAM} int more;`], "-Wl,--build-id=sha1");
  cpSync(wrong, place);
  expect(hiddenIn(program, workshop.path("root"))).toBeUndefined();
  cpSync(workshop.path("kept"), place);
  expect(hiddenIn(program, workshop.path("root"))).toBe(1);
  expect(hiddenIn(program, workshop.path("elsewhere"))).toBeUndefined();
});

test("a debug file of another build is not taken, whatever its name", () => {
  using workshop = new Workshop();
  const { program, debug } = stripped(workshop, "sha1");
  using other = new Workshop();
  const wrong = other.compile("program", [`${PROGRAM} int more;`], "-Wl,--build-id=sha1");
  cpSync(wrong, debug);
  // The checksum is right, as when a build was linked to the debug file of another.
  workshop.run("objcopy", "--remove-section=.gnu_debuglink", program);
  workshop.run("objcopy", `--add-gnu-debuglink=${debug}`, program);
  expect(hiddenIn(program, "")).toBeUndefined();
});

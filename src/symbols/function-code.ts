import { err, ok, type Pid, type Result } from "../base/index.ts";
import { type CodeExtent, merged } from "./code-extent.ts";
import { type Definition, definitionsOf, objectMatches } from "./definitions.ts";
import { demangle } from "./dwarf/demangle.ts";
import { EntrySearch } from "./dwarf/entry-search.ts";
import { describedFunctions } from "./dwarf/function-entries.ts";
import { lastPart, namesMatch, withoutArguments, withoutParameters } from "./dwarf/name-match.ts";
import type { Image } from "./image.ts";
import { Kallsyms } from "./kallsyms.ts";
import { LoadedProcess } from "./loaded-process.ts";
import type { NameFailure, NameQuery } from "./named-address.ts";
import { resolveIn } from "./resolve-name.ts";

/** Where the code of a function lies in a process, all of it. */
export interface FunctionCode {
  /**
   * Its own code, what compilers put aside of it, its clones, and its copies that are inlined into
   * other functions; in ascending order.
   */
  readonly extents: readonly CodeExtent[];
  /** Where each function of this name is, if several bear it: `conn.c:12`, or an object's name. */
  readonly meanings: readonly string[];
}

const KERNEL_NAMES = new Set(["kernel", "[kernel]", "[kernel.kallsyms]", "vmlinux"]);

/**
 * Finds a function by its name: in the program first, then in its libraries, then in the kernel.
 * `object` is one of the process's, a source file, or `kernel`. Without debug info copies that were
 * inlined are not known.
 */
export function functionCode(
  pid: Pid,
  query: NameQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<FunctionCode, NameFailure> {
  if (KERNEL_NAMES.has(query.object ?? "")) return kernelFunctionCode(query, { proc });
  const loaded = LoadedProcess.open(pid, proc);
  if (!loaded.ok) return loaded;
  using process = loaded.value;
  const found = inProcess(process, query);
  if (found !== undefined) return ok(found);
  if (query.object === undefined) {
    const ofKernel = kernelFunctionCode(query, { proc });
    if (ofKernel.ok) return ofKernel;
  }
  const refused = resolveIn(process, query);
  return err(refused.ok ? { kind: "unknown", name: query.name, nearest: [] } : refused.error);
}

/** A function of the kernel, whatever process it works for. */
export function kernelFunctionCode(
  { name }: NameQuery,
  { proc = "/proc" }: { readonly proc?: string } = {},
): Result<FunctionCode, NameFailure> {
  const extents = merged(Kallsyms.read(`${proc}/kallsyms`).codeOf(name));
  if (extents.length > 0) return ok({ extents, meanings: [] });
  return err({ kind: "unknown", name, nearest: [] });
}

function inProcess(process: LoadedProcess, { object, name }: NameQuery): FunctionCode | undefined {
  const { images, scope } = process;
  const asked = images.filter((it) => objectMatches(it, object));
  const file = object !== undefined && asked.length === 0 ? object : undefined;
  const searched = file === undefined ? asked : images;
  const isProgram = (it: Image) => it === scope.program;
  for (const group of [searched.filter(isProgram), searched.filter((it) => !isProgram(it))]) {
    const found = group.flatMap((image) => [...partsIn(image, { name, ...(file && { file }) })]);
    const extents = merged(found.flatMap((it) => it.extents));
    const meanings = [...new Set(found.flatMap(({ source }) => source ?? []))];
    if (extents.length > 0) return { extents, meanings: meanings.length > 1 ? meanings : [] };
  }
  return undefined;
}

interface Part {
  readonly extents: readonly CodeExtent[];
  readonly source: string | undefined;
}

function* partsIn(image: Image, sought: { name: string; file?: string }): Generator<Part> {
  const debug = image.object.dwarf();
  const described =
    debug === undefined || debug.dwarf === 0
      ? []
      : describedFunctions(new EntrySearch(debug), sought);
  for (const { extents, source } of described) {
    const moved = image.bias + (debug?.bias ?? 0n);
    const placed = extents.map(({ start, end }) => ({ start: start + moved, end: end + moved }));
    yield { extents: placed, source };
  }
  if (sought.file !== undefined) return;
  const symbols = [...symbolsOf(image, sought.name)];
  const extents = symbols.map(({ address, size }) => ({
    start: address,
    end: address + BigInt(size),
  }));
  // Debug info says more of where it is; a symbol of the same code is no second meaning.
  const source = described.length === 0 && extents.length > 0 ? image.object.name : undefined;
  yield { extents, source };
}

/** The function's own symbols: as it is named, demangled, and as compilers name its parts. */
function* symbolsOf(image: Image, name: string): Generator<Definition> {
  const { object } = image;
  const table = object.symtab() ?? object.dynsym();
  const last = withoutArguments(lastPart(withoutParameters(name)));
  const mangled = [...(table?.mangledWith(last) ?? [])].filter((it) => isSpelt(it, name));
  const plain = [name, ...mangled];
  const parts = plain.flatMap((it) => [...(table?.partsOf(it) ?? [])]);
  for (const it of new Set([...plain, ...parts])) {
    for (const found of definitionsOf(image, it)) {
      if (found.type !== "object" && found.type !== "tls" && found.size > 0) yield found;
    }
  }
}

/** With its parameters and template arguments, or without. */
function isSpelt(mangled: string, wanted: string): boolean {
  const whole = demangle(mangled);
  if (whole === undefined) return false;
  const bare = withoutParameters(whole);
  const plain = [whole, bare];
  const names = wanted.includes("<") ? plain : [...plain, withoutArguments(bare)];
  return names.some((it) => namesMatch(it, wanted));
}

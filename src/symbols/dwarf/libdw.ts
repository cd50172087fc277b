import koffi from "koffi";

/** A pointer into libdw's memory; 0 is none. User addresses end below 2^47, so a number holds it. */
export type Handle = number;
/** `Dwarf_Die`: four words, of which only libdw knows the meaning. It is passed by pointer. */
export type RawDie = BigUint64Array;
/** `Dwarf_Attribute`: code and form, where its value is, its unit. */
export type RawAttribute = BigUint64Array;
/** One word, several, or one number, for what a function writes through a pointer. */
export type Out = BigUint64Array;
export type OutInt = Int32Array;

export const DIE_WORDS = 4;
export const ATTRIBUTE_WORDS = 3;
/** `Dwarf_Op`: atom, number, number2, offset. */
export const OP_WORDS = 4;

/**
 * What Trapline uses of libdw, under libdw's names. Functions that return a handle return 0 for
 * failure; `dwarf_*` that return an int 0 for success, 1 for "there is none", -1 for an error.
 */
export interface Libdw {
  dwflBegin(callbacks: BigUint64Array): Handle;
  dwflEnd(dwfl: Handle): void;
  dwflReportBegin(dwfl: Handle): void;
  /** Takes `fd` over when it succeeds. */
  dwflReportElf(
    dwfl: Handle,
    name: string,
    file: string,
    fd: number,
    base: bigint,
    addPVaddr: boolean,
  ): Handle;
  dwflReportEnd(dwfl: Handle, removed: Handle, argument: Handle): number;
  /** `0.188`. */
  dwflVersion(dwfl: Handle): string;
  dwflErrno(): number;
  dwflErrmsg(error: number): string;
  dwflModuleGetdwarf(module: Handle, bias: Out): Handle;
  dwflModuleGetelf(module: Handle, bias: Out): Handle;
  dwflModuleEhCfi(module: Handle, bias: Out): Handle;
  dwflModuleDwarfCfi(module: Handle, bias: Out): Handle;

  dwarfErrno(): number;
  dwarfErrmsg(error: number): string;
  dwarfGetelf(dwarf: Handle): Handle;
  /** The file of the dwz tool with what several files share. */
  dwarfGetalt(dwarf: Handle): Handle;
  /** The Dwarf of a unit: of split debug info, that of its own file. */
  dwarfCuGetdwarf(unit: Handle): Handle;
  dwarfGetUnits(
    dwarf: Handle,
    unit: Handle,
    next: Out,
    version: Uint16Array,
    type: Uint8Array,
    die: RawDie,
    splitDie: RawDie,
  ): number;
  dwarfAddrdie(dwarf: Handle, address: bigint, die: RawDie): Handle;
  dwarfOffdie(dwarf: Handle, offset: number, die: RawDie): Handle;
  dwarfOffdieTypes(dwarf: Handle, offset: number, die: RawDie): Handle;
  dwarfDieoffset(die: RawDie): number;
  /** From the start of its unit, as references within the unit count. */
  dwarfCuoffset(die: RawDie): number;
  dwarfTag(die: RawDie): number;
  dwarfDiename(die: RawDie): string | null;
  dwarfChild(die: RawDie, child: RawDie): number;
  dwarfSiblingof(die: RawDie, sibling: RawDie): number;
  dwarfHaspc(die: RawDie, address: bigint): number;
  dwarfRanges(die: RawDie, offset: number, base: Out, start: Out, end: Out): number;
  dwarfDiecu(die: RawDie, cu: RawDie, addressSize: Uint8Array, offsetSize: Uint8Array): Handle;
  dwarfGetscopesDie(die: RawDie, scopes: Out): number;
  dwarfSrclang(cu: RawDie): number;
  dwarfEntrypc(die: RawDie, address: Out): number;

  dwarfAttr(die: RawDie, name: number, attribute: RawAttribute): Handle;
  dwarfAttrIntegrate(die: RawDie, name: number, attribute: RawAttribute): Handle;
  dwarfFormudata(attribute: RawAttribute, value: Out): number;
  dwarfFormsdata(attribute: RawAttribute, value: Out): number;
  dwarfFormaddr(attribute: RawAttribute, value: Out): number;
  dwarfFormstring(attribute: RawAttribute): string | null;
  dwarfFormrefDie(attribute: RawAttribute, die: RawDie): Handle;
  dwarfFormblock(attribute: RawAttribute, block: Out): number;
  dwarfGetlocation(attribute: RawAttribute, ops: Out, count: Out): number;
  dwarfGetlocationAttr(attribute: RawAttribute, op: Handle, result: RawAttribute): number;

  dwarfGetsrcDie(cu: RawDie, address: bigint): Handle;
  dwarfGetsrclines(cu: RawDie, lines: Out, count: Out): number;
  dwarfOnesrcline(lines: Handle, index: number): Handle;
  dwarfGetsrcfiles(cu: RawDie, files: Out, count: Out): number;
  dwarfFilesrc(files: Handle, index: number, mtime: Handle, length: Handle): string | null;
  dwarfLinesrc(line: Handle, mtime: Handle, length: Handle): string | null;
  dwarfLineno(line: Handle, value: OutInt): number;
  dwarfLinecol(line: Handle, value: OutInt): number;
  dwarfLineaddr(line: Handle, value: Out): number;
  dwarfLinebeginstatement(line: Handle, value: Uint8Array): number;
  dwarfLineendsequence(line: Handle, value: Uint8Array): number;

  dwarfCfiAddrframe(cfi: Handle, address: bigint, frame: Out): number;
  dwarfFrameInfo(frame: Handle, start: Out, end: Out, signal: Uint8Array): number;
  dwarfFrameCfa(frame: Handle, ops: Out, count: Out): number;
  dwarfFrameRegister(
    frame: Handle,
    register: number,
    memory: BigUint64Array,
    ops: Out,
    count: Out,
  ): number;

  elfGetshdrstrndx(elf: Handle, index: Out): number;
  elfNextscn(elf: Handle, section: Handle): Handle;
  /** `Elf64_Shdr`, also of a 32-bit file. */
  gelfGetshdr(section: Handle, header: BigUint64Array): Handle;
  elfStrptr(elf: Handle, section: bigint, offset: number): string | null;
  elfGetdata(section: Handle, data: Handle): Handle;

  /** For what libdw says is the caller's to free. */
  free(pointer: Handle): void;
  /** The address of a function of libdw, to be called by libdw. */
  symbol(name: string): bigint;
  /** Memory of libdw, in place. It must not be used when its owner is gone. */
  view(pointer: Handle, bytes: number): ArrayBuffer;
  addressOf(memory: ArrayBufferView): bigint;
}

let loaded: { readonly lib: Libdw | undefined } | undefined;

/** libdw of elfutils; undefined where it is not installed. Loaded when first asked for. */
export function libdw(): Libdw | undefined {
  loaded ??= { lib: load() };
  return loaded.lib;
}

function load(): Libdw | undefined {
  try {
    return bind(koffi.load("libdw.so.1"));
  } catch {
    return undefined; // not installed, or older than a function that is needed
  }
}

type Library = ReturnType<typeof koffi.load>;

function bind(dw: Library): Libdw {
  return {
    ...bindDwfl(dw),
    ...bindDies(dw),
    ...bindAttributes(dw),
    ...bindLines(dw),
    ...bindFrames(dw),
    ...bindElf(),
    free: koffi.load("libc.so.6").func("void free(uint64_t pointer)"),
    symbol: (name) => dw.symbol(name),
    view: (pointer, bytes) => koffi.view(BigInt(pointer), bytes),
    addressOf: (memory) => koffi.address(memory),
  };
}

const U64 = "uint64_t";
const INT = "int";
const STRING = "const char *";
/** What a typed array is passed as. */
const MEMORY = "void *";

function bindDwfl(dw: Library) {
  return {
    dwflBegin: dw.func("dwfl_begin", U64, [MEMORY]),
    dwflEnd: dw.func("dwfl_end", "void", [U64]),
    dwflReportBegin: dw.func("dwfl_report_begin", "void", [U64]),
    dwflReportElf: dw.func("dwfl_report_elf", U64, [U64, STRING, STRING, INT, U64, "bool"]),
    dwflReportEnd: dw.func("dwfl_report_end", INT, [U64, U64, U64]),
    dwflVersion: dw.func("dwfl_version", STRING, [U64]),
    dwflErrno: dw.func("dwfl_errno", INT, []),
    dwflErrmsg: dw.func("dwfl_errmsg", STRING, [INT]),
    dwflModuleGetdwarf: dw.func("dwfl_module_getdwarf", U64, [U64, MEMORY]),
    dwflModuleGetelf: dw.func("dwfl_module_getelf", U64, [U64, MEMORY]),
    dwflModuleEhCfi: dw.func("dwfl_module_eh_cfi", U64, [U64, MEMORY]),
    dwflModuleDwarfCfi: dw.func("dwfl_module_dwarf_cfi", U64, [U64, MEMORY]),
  };
}

function bindDies(dw: Library) {
  const units = [U64, U64, MEMORY, MEMORY, MEMORY, MEMORY, MEMORY];
  return {
    dwarfErrno: dw.func("dwarf_errno", INT, []),
    dwarfErrmsg: dw.func("dwarf_errmsg", STRING, [INT]),
    dwarfGetelf: dw.func("dwarf_getelf", U64, [U64]),
    dwarfGetalt: dw.func("dwarf_getalt", U64, [U64]),
    dwarfCuGetdwarf: dw.func("dwarf_cu_getdwarf", U64, [U64]),
    dwarfGetUnits: dw.func("dwarf_get_units", INT, units),
    dwarfAddrdie: dw.func("dwarf_addrdie", U64, [U64, U64, MEMORY]),
    dwarfOffdie: dw.func("dwarf_offdie", U64, [U64, U64, MEMORY]),
    dwarfOffdieTypes: dw.func("dwarf_offdie_types", U64, [U64, U64, MEMORY]),
    dwarfDieoffset: dw.func("dwarf_dieoffset", U64, [MEMORY]),
    dwarfCuoffset: dw.func("dwarf_cuoffset", U64, [MEMORY]),
    dwarfTag: dw.func("dwarf_tag", INT, [MEMORY]),
    dwarfDiename: dw.func("dwarf_diename", STRING, [MEMORY]),
    dwarfChild: dw.func("dwarf_child", INT, [MEMORY, MEMORY]),
    dwarfSiblingof: dw.func("dwarf_siblingof", INT, [MEMORY, MEMORY]),
    dwarfHaspc: dw.func("dwarf_haspc", INT, [MEMORY, U64]),
    dwarfRanges: dw.func("dwarf_ranges", "int64_t", [MEMORY, "int64_t", MEMORY, MEMORY, MEMORY]),
    dwarfDiecu: dw.func("dwarf_diecu", U64, [MEMORY, MEMORY, MEMORY, MEMORY]),
    dwarfGetscopesDie: dw.func("dwarf_getscopes_die", INT, [MEMORY, MEMORY]),
    dwarfEntrypc: dw.func("dwarf_entrypc", INT, [MEMORY, MEMORY]),
    dwarfSrclang: dw.func("dwarf_srclang", INT, [MEMORY]),
  };
}

function bindAttributes(dw: Library) {
  return {
    dwarfAttr: dw.func("dwarf_attr", U64, [MEMORY, "unsigned int", MEMORY]),
    dwarfAttrIntegrate: dw.func("dwarf_attr_integrate", U64, [MEMORY, "unsigned int", MEMORY]),
    dwarfFormudata: dw.func("dwarf_formudata", INT, [MEMORY, MEMORY]),
    dwarfFormsdata: dw.func("dwarf_formsdata", INT, [MEMORY, MEMORY]),
    dwarfFormaddr: dw.func("dwarf_formaddr", INT, [MEMORY, MEMORY]),
    dwarfFormstring: dw.func("dwarf_formstring", STRING, [MEMORY]),
    dwarfFormrefDie: dw.func("dwarf_formref_die", U64, [MEMORY, MEMORY]),
    dwarfFormblock: dw.func("dwarf_formblock", INT, [MEMORY, MEMORY]),
    dwarfGetlocation: dw.func("dwarf_getlocation", INT, [MEMORY, MEMORY, MEMORY]),
    dwarfGetlocationAttr: dw.func("dwarf_getlocation_attr", INT, [MEMORY, U64, MEMORY]),
  };
}

function bindLines(dw: Library) {
  return {
    dwarfGetsrcDie: dw.func("dwarf_getsrc_die", U64, [MEMORY, U64]),
    dwarfGetsrclines: dw.func("dwarf_getsrclines", INT, [MEMORY, MEMORY, MEMORY]),
    dwarfOnesrcline: dw.func("dwarf_onesrcline", U64, [U64, U64]),
    dwarfGetsrcfiles: dw.func("dwarf_getsrcfiles", INT, [MEMORY, MEMORY, MEMORY]),
    dwarfFilesrc: dw.func("dwarf_filesrc", STRING, [U64, U64, U64, U64]),
    dwarfLinesrc: dw.func("dwarf_linesrc", STRING, [U64, U64, U64]),
    dwarfLineno: dw.func("dwarf_lineno", INT, [U64, MEMORY]),
    dwarfLinecol: dw.func("dwarf_linecol", INT, [U64, MEMORY]),
    dwarfLineaddr: dw.func("dwarf_lineaddr", INT, [U64, MEMORY]),
    dwarfLinebeginstatement: dw.func("dwarf_linebeginstatement", INT, [U64, MEMORY]),
    dwarfLineendsequence: dw.func("dwarf_lineendsequence", INT, [U64, MEMORY]),
  };
}

function bindFrames(dw: Library) {
  return {
    dwarfCfiAddrframe: dw.func("dwarf_cfi_addrframe", INT, [U64, U64, MEMORY]),
    dwarfFrameInfo: dw.func("dwarf_frame_info", INT, [U64, MEMORY, MEMORY, MEMORY]),
    dwarfFrameCfa: dw.func("dwarf_frame_cfa", INT, [U64, MEMORY, MEMORY]),
    dwarfFrameRegister: dw.func("dwarf_frame_register", INT, [U64, INT, MEMORY, MEMORY, MEMORY]),
  };
}

/** libdw stands on libelf, so where there is one there is the other. */
function bindElf() {
  const elf = koffi.load("libelf.so.1");
  return {
    elfGetshdrstrndx: elf.func("elf_getshdrstrndx", INT, [U64, MEMORY]),
    elfNextscn: elf.func("elf_nextscn", U64, [U64, U64]),
    gelfGetshdr: elf.func("gelf_getshdr", U64, [U64, MEMORY]),
    elfStrptr: elf.func("elf_strptr", STRING, [U64, U64, U64]),
    elfGetdata: elf.func("elf_getdata", U64, [U64, U64]),
  };
}

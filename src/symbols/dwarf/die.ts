import { DW_AT_abstract_origin, DW_AT_specification, DW_AT_type } from "./dwarf-constants.ts";
import { ATTRIBUTE_WORDS, DIE_WORDS, type Libdw, type RawDie } from "./libdw.ts";

/** DW_FORM_sdata and DW_FORM_implicit_const. */
const SIGNED_FORMS = new Set([0x0d, 0x21]);

/** Written by the call that is just being made, and read before the next one. */
const attribute = new BigUint64Array(ATTRIBUTE_WORDS);
const word = new BigUint64Array(1);

/** One entry of debug info. It is valid as long as the DebugObject that it came from. */
export class Die {
  readonly raw: RawDie;
  readonly lib: Libdw;

  constructor(lib: Libdw, raw: RawDie = new BigUint64Array(DIE_WORDS)) {
    this.lib = lib;
    this.raw = raw;
  }

  get tag(): number {
    return this.lib.dwarfTag(this.raw);
  }

  /** In its section; with the section it names the entry. */
  get offset(): number {
    return this.lib.dwarfDieoffset(this.raw);
  }

  /** Its own, or that of what it is an instance or a definition of. */
  get name(): string | undefined {
    return this.lib.dwarfDiename(this.raw) ?? undefined;
  }

  copy(): Die {
    return new Die(this.lib, this.raw.slice());
  }

  /** Undefined also of what cannot be read. */
  child(): Die | undefined {
    const child = new Die(this.lib);
    return this.lib.dwarfChild(this.raw, child.raw) === 0 ? child : undefined;
  }

  /** Becomes its next sibling; false if it is the last. */
  advance(): boolean {
    return this.lib.dwarfSiblingof(this.raw, this.raw) === 0;
  }

  *children(): Generator<Die> {
    const cursor = this.child();
    if (cursor === undefined) return;
    do yield cursor.copy();
    while (cursor.advance());
  }

  has(name: number): boolean {
    return this.lib.dwarfAttr(this.raw, name, attribute) !== 0;
  }

  /** Undefined if it has no such attribute, or one of another class. */
  unsigned(name: number): bigint | undefined {
    if (this.lib.dwarfAttrIntegrate(this.raw, name, attribute) === 0) return undefined;
    return this.lib.dwarfFormudata(attribute, word) === 0 ? word[0] : undefined;
  }

  signed(name: number): bigint | undefined {
    if (this.lib.dwarfAttrIntegrate(this.raw, name, attribute) === 0) return undefined;
    if (this.lib.dwarfFormsdata(attribute, word) !== 0) return undefined;
    return BigInt.asIntN(64, word[0] ?? 0n);
  }

  /** A constant as its form says: with a sign only in the forms that have one. */
  constant(name: number): bigint | undefined {
    if (this.lib.dwarfAttrIntegrate(this.raw, name, attribute) === 0) return undefined;
    const form = Number((attribute[0] ?? 0n) >> 32n);
    return SIGNED_FORMS.has(form) ? this.signed(name) : this.unsigned(name);
  }

  /** As a number; what is larger than any size of an object is as good as absent. */
  size(name: number): number | undefined {
    const value = this.unsigned(name);
    return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER)
      ? undefined
      : Number(value);
  }

  text(name: number): string | undefined {
    if (this.lib.dwarfAttrIntegrate(this.raw, name, attribute) === 0) return undefined;
    return this.lib.dwarfFormstring(attribute) ?? undefined;
  }

  /** The entry that an attribute refers to. */
  reference(name: number): Die | undefined {
    if (this.lib.dwarfAttrIntegrate(this.raw, name, attribute) === 0) return undefined;
    const other = new Die(this.lib);
    return this.lib.dwarfFormrefDie(attribute, other.raw) === 0 ? undefined : other;
  }

  type(): Die | undefined {
    return this.reference(DW_AT_type);
  }

  /** What it is an out-of-line definition or an instance of. */
  origin(): Die | undefined {
    return this.reference(DW_AT_abstract_origin) ?? this.reference(DW_AT_specification);
  }

  /** The unit's own entry. */
  unit(): Die | undefined {
    const unit = new Die(this.lib);
    const sizes = new Uint8Array(2);
    const found = this.lib.dwarfDiecu(this.raw, unit.raw, sizes, sizes.subarray(1));
    return found === 0 ? undefined : unit;
  }

  contains(address: bigint): boolean {
    return this.lib.dwarfHaspc(this.raw, address) === 1;
  }

  /** The code it stands for. An end is the first address behind. */
  *ranges(): Generator<{ readonly start: bigint; readonly end: bigint }> {
    const out = new BigUint64Array(3); // libdw wants its base back at each call
    const [base, start, end] = [out.subarray(0, 1), out.subarray(1, 2), out.subarray(2, 3)];
    let place = this.lib.dwarfRanges(this.raw, 0, base, start, end);
    while (place > 0) {
      yield { start: out[1] ?? 0n, end: out[2] ?? 0n };
      place = this.lib.dwarfRanges(this.raw, place, base, start, end);
    }
  }

  /** The entries that it lies in, innermost first and itself the first; the unit is the last. */
  scopes(): Die[] {
    const count = this.lib.dwarfGetscopesDie(this.raw, word);
    if (count <= 0) return [];
    const pointer = Number(word[0]);
    const memory = new BigUint64Array(this.lib.view(pointer, count * DIE_WORDS * 8));
    const scopes = Array.from(
      { length: count },
      (_, i) => new Die(this.lib, memory.slice(i * DIE_WORDS, (i + 1) * DIE_WORDS)),
    );
    this.lib.free(pointer);
    return scopes;
  }
}

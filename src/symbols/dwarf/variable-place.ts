import type { Die } from "./die.ts";
import {
  DW_AT_const_value,
  DW_AT_declaration,
  DW_AT_location,
  DW_OP_addr,
  DW_OP_addrx,
  DW_OP_form_tls_address,
  DW_OP_GNU_addr_index,
  DW_OP_GNU_push_tls_address,
  DW_OP_plus_uconst,
  DW_TAG_formal_parameter,
} from "./dwarf-constants.ts";
import { ATTRIBUTE_WORDS, OP_WORDS } from "./libdw.ts";

/** Where a variable is, or why it has no one address. */
export type VariablePlace =
  /** As the linker numbers addresses. */
  | { readonly kind: "static"; readonly address: bigint }
  /** Defined elsewhere. */
  | { readonly kind: "declared" }
  | { readonly kind: "none"; readonly reason: string };

/** DW_FORM_sec_offset, _loclistx, and _data4 and _data8 as DWARF 2 and 3 used them. */
const LIST_FORMS = new Set([0x17, 0x22, 0x06, 0x07]);

/** Where a variable's own entry says it is. `bias` is the debug object's. */
export function variablePlace(die: Die, bias: bigint): VariablePlace {
  const { lib } = die;
  const attribute = new BigUint64Array(ATTRIBUTE_WORDS);
  if (lib.dwarfAttr(die.raw, DW_AT_location, attribute) === 0) return withoutLocation(die);
  const form = Number((attribute[0] ?? 0n) >> 32n);
  const isLocal = "it is a local variable";
  if (LIST_FORMS.has(form)) {
    return none(`${isLocal} that moves between registers and the stack`);
  }
  const ops = new BigUint64Array(1);
  const count = new BigUint64Array(1);
  if (lib.dwarfGetlocation(attribute, ops, count) !== 0)
    return none("its location is not readable");
  const length = Number(count[0] ?? 0n);
  if (length === 0) return none("it is optimised out");
  const words = new BigUint64Array(lib.view(Number(ops[0]), length * OP_WORDS * 8));
  const atoms = Array.from({ length }, (_, i) => Number((words[i * OP_WORDS] ?? 0n) & 0xffn));
  if (atoms.includes(DW_OP_form_tls_address) || atoms.includes(DW_OP_GNU_push_tls_address)) {
    return none("each thread has one of its own: give the address of one thread's");
  }
  const [first, second] = atoms;
  const isFixed = length === 1 || (length === 2 && second === DW_OP_plus_uconst);
  const start = isFixed
    ? baseAddress(die, attribute, { atom: first, ops: Number(ops[0]), words })
    : undefined;
  if (start === undefined) return none(fixedValue(atoms) ?? `${isLocal}: it has no fixed address`);
  const behind = length === 2 ? (words[OP_WORDS + 1] ?? 0n) : 0n;
  return { kind: "static", address: start + behind + bias };
}

interface FirstOp {
  readonly atom: number | undefined;
  readonly ops: number;
  readonly words: BigUint64Array;
}

function baseAddress(die: Die, attribute: BigUint64Array, { atom, ops, words }: FirstOp) {
  if (atom === DW_OP_addr) return words[1] ?? 0n;
  if (atom !== DW_OP_addrx && atom !== DW_OP_GNU_addr_index) return undefined;
  const address = new BigUint64Array(1);
  const indexed = new BigUint64Array(ATTRIBUTE_WORDS);
  if (die.lib.dwarfGetlocationAttr(attribute, ops, indexed) !== 0) return undefined;
  return die.lib.dwarfFormaddr(indexed, address) === 0 ? address[0] : undefined;
}

const DW_OP_stack_value = 0x9f;
const DW_OP_implicit_value = 0x9e;

function fixedValue(atoms: readonly number[]): string | undefined {
  const isValue = atoms.includes(DW_OP_stack_value) || atoms.includes(DW_OP_implicit_value);
  return isValue ? "it is optimised out: its value is known, and is nowhere in memory" : undefined;
}

function withoutLocation(die: Die): VariablePlace {
  if (die.has(DW_AT_declaration)) return { kind: "declared" };
  if (die.has(DW_AT_const_value)) return none("it is a constant, and is nowhere in memory");
  if (die.tag === DW_TAG_formal_parameter)
    return none("it is a parameter: it has no fixed address");
  return none("it is optimised out");
}

function none(reason: string): VariablePlace {
  return { kind: "none", reason };
}

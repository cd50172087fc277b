import type { Instruction, MemoryOperand } from "../symbols/index.ts";
import type { ValueRebuilder } from "./last-values.ts";
import type { RawHit } from "./raw-hit.ts";
import { registerPart } from "./register-part.ts";
import type { Sites } from "./sites.ts";
import type { Spot } from "./spot.ts";

/**
 * Finds out what an access left in memory from its instruction: the register or number that it stored
 * is there still. That is known of moves, pushes and `stos` that cover the whole range; of others, such
 * as `add` and the kernel's copies, it is not.
 */
export class StoredValues implements ValueRebuilder {
  private readonly sites: Sites;
  private readonly spots: readonly Spot[];

  constructor(sites: Sites, spots: readonly Spot[]) {
    this.sites = sites;
    this.spots = spots;
  }

  rebuild(hit: RawHit): bigint | undefined {
    const { culprit } = this.sites.of(hit);
    const instruction = culprit?.instruction;
    const spot = this.spots[hit.spot];
    if (hit.kernel || spot === undefined || instruction === undefined) return undefined;
    if (culprit?.doubt !== undefined || instruction.stores === undefined) return undefined;
    const { stores } = instruction;
    const value =
      stores.kind === "number" ? stores.value : registerPart(hit, stores.register)?.value;
    if (value === undefined) return undefined;
    if (instruction.string !== undefined) return filled(value, { hit, spot, element: stores.size });
    const at = storedAt(hit, instruction);
    if (at === undefined) return undefined;
    const inside = spot.address - at;
    if (inside < 0n || inside + BigInt(spot.length) > BigInt(stores.size)) return undefined;
    return BigInt.asUintN(8 * spot.length, value >> (8n * inside));
  }
}

/** What `stos` leaves in a range that it passed from end to end. */
function filled(
  value: bigint,
  how: { hit: RawHit; spot: Spot; element: number },
): bigint | undefined {
  const { hit, spot, element } = how;
  if (hit.repeat * element !== spot.length || spot.address % BigInt(element) !== 0n)
    return undefined;
  const bits = BigInt(8 * element);
  let all = 0n;
  for (let i = 0; i < hit.repeat; i += 1) all = (all << bits) | BigInt.asUintN(8 * element, value);
  return all;
}

/** Where it stored, from the registers as it left them: of these a push has changed the stack pointer. */
function storedAt(hit: RawHit, { memory, text }: Instruction): bigint | undefined {
  const [place, ...others] = memory.filter(({ access }) => access === "write");
  if (place === undefined || others.length > 0 || place.segment !== undefined) return undefined;
  if (text.startsWith("push")) return registerPart(hit, "rsp")?.value;
  return addressOf(hit, place);
}

function addressOf(hit: RawHit, { base, index, scale, displacement }: MemoryOperand) {
  const [start, steps] = [base, index].map((name) =>
    name === undefined ? 0n : registerPart(hit, name)?.value,
  );
  if (start === undefined || steps === undefined) return undefined;
  return BigInt.asUintN(64, start + steps * BigInt(scale) + displacement);
}

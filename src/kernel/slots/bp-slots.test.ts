import fc from "fast-check";
import { expect, test } from "vitest";
import { Layout } from "../../machine/index.ts";
import { BpSlots, type Pinned, type SlotsConfig } from "./bp-slots.ts";
import { LinearSlots } from "./linear-slots.ts";

function newSlots(config: SlotsConfig): BpSlots {
  const layout = new Layout();
  const slots = new BpSlots(layout, config);
  layout.build(1);
  slots.boot();
  return slots;
}

const CONFIG = { cpus: 3, tasks: 3, data: 4, inst: 2 };
const pinned: fc.Arbitrary<Pinned> = fc
  .record({ target: fc.nat(3), cpu: fc.integer({ min: -1, max: 2 }), type: fc.nat(1) })
  .map((bp) => (bp.target === 0 && bp.cpu < 0 ? { ...bp, cpu: 0 } : bp));
const history = fc.array(fc.record({ bp: pinned, release: fc.nat(3) }), { maxLength: 80 });

test("histograms admit exactly what a recount of all breakpoints admits, after any history", () => {
  fc.assert(
    fc.property(history, (steps) => {
      const slots = newSlots(CONFIG);
      const naive = new LinearSlots(CONFIG);
      const held: Pinned[] = [];
      for (const { bp, release } of steps) {
        const oldest = release === 0 ? held.shift() : undefined;
        if (oldest !== undefined) {
          slots.release(oldest);
          naive.release(oldest);
        }
        expect(slots.maxBpPinnedSlots(bp)).toBe(naive.maxBpPinnedSlots(bp));
        const result = slots.reserve(bp);
        expect(result).toEqual(naive.reserve(bp));
        if (result.ok) held.push(bp);
      }
    }),
  );
});

test("when all are released every histogram is empty, whatever the order", () => {
  const empty = newSlots(CONFIG).dump();
  fc.assert(
    fc.property(fc.array(pinned, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (bps, order) => {
      const slots = newSlots(CONFIG);
      const held = bps.filter((bp) => slots.reserve(bp).ok);
      for (const index of order) {
        const [bp] = held.splice(index % Math.max(1, held.length), 1);
        if (bp === undefined) break;
        slots.release(bp);
      }
      expect(slots.dump()).toBe(empty);
    }),
  );
});

test("counting on online CPUs only leaks a slot when a CPU goes down in between", () => {
  for (const leaks of [true, false]) {
    const layout = new Layout();
    let online = [0, 1];
    const config = { cpus: 2, tasks: 1, data: 4, inst: 0 };
    const slots = new BpSlots(layout, config, leaks ? { countedCpus: () => online } : {});
    layout.build(1);
    slots.boot();
    const [onCpu0, anywhere] = [0, -1].map((cpu) => ({ target: 1, cpu, type: 0 }));
    if (onCpu0 === undefined || anywhere === undefined) throw new Error("two breakpoints");
    slots.reserve(onCpu0);
    slots.reserve(anywhere);
    online = [0];
    slots.release(anywhere);
    slots.release(onCpu0);
    online = [0, 1];
    expect(slots.freeOn(1, 0)).toBe(leaks ? 3 : 4);
  }
});

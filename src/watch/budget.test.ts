import fc from "fast-check";
import { expect, test } from "vitest";
import { Budget } from "./budget.ts";

const SECOND = 1_000_000_000;

/** A budget over traps that are made at a rate, while it is not disarmed. */
function simulate({ share, trapNs, everyNs }: { share: number; trapNs: number; everyNs: number }) {
  let armed = true;
  let count = 0;
  let now = 0;
  const budget = new Budget(
    {
      share,
      trapNs,
      traps: () => BigInt(count),
      pause: () => {
        armed = false;
      },
      resume: () => {
        armed = true;
      },
    },
    0n,
  );
  const run = (seconds: number, stepNs = 20_000_000) => {
    const until = now + seconds * SECOND;
    for (; now < until; now += stepNs) {
      if (armed) count += Math.floor(stepNs / everyNs);
      budget.check(BigInt(now + stepNs));
    }
  };
  return {
    budget,
    run,
    idle: (seconds: number) => {
      now += seconds * SECOND;
      budget.check(BigInt(now));
    },
    spent: () => (count * trapNs) / now,
    disarmed: () => Number(budget.disarmedNs(BigInt(now))) / now,
  };
}

test("hits that cost less than the share are never paused", () => {
  const it = simulate({ share: 0.02, trapNs: 10_000, everyNs: 1_000_000 });
  it.run(10);
  expect(it.budget.pauses).toBe(0);
  expect(it.disarmed()).toBe(0);
});

test("in the long run no more is spent than the share, whatever the rate", () => {
  const shares = fc.double({ min: 0.005, max: 1, noNaN: true });
  fc.assert(
    fc.property(shares, fc.integer({ min: 200, max: 2_000_000 }), (share, everyNs) => {
      const it = simulate({ share, trapNs: 10_000, everyNs });
      it.run(60);
      // One second's share may be saved, and one step is looked at after it was made.
      const step = (20_000_000 / everyNs) * 10_000;
      expect(it.spent()).toBeLessThanOrEqual(share + (share * SECOND + step) / (60 * SECOND));
    }),
  );
});

test("a program that stores all the time is covered for about the share", () => {
  const it = simulate({ share: 0.02, trapNs: 10_000, everyNs: 10_100 });
  it.run(100);
  expect(it.disarmed()).toBeGreaterThan(0.96);
  expect(it.disarmed()).toBeLessThan(0.985);
  expect(it.budget.pauses).toBeGreaterThan(50);
});

test("an hour without hits does not allow minutes of them", () => {
  const it = simulate({ share: 0.02, trapNs: 10_000, everyNs: 10_100 });
  it.idle(3_600);
  it.run(1);
  expect(it.budget.pauses).toBeGreaterThan(0);
});

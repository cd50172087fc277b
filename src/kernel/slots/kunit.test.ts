import { describe, expect, test } from "vitest";
import { Layout } from "../../machine/index.ts";
import { BpSlots, type Pinned } from "./bp-slots.ts";

/** Slots that a case needs which mixes breakpoints of one CPU and of all. */
const MIXED = 3;

/** The nine cases of the kernel's own test, hw_breakpoint_test.c, in the same order. */
describe.each([1, 2, 3, 4, 8, 16])("with %i slots", (S) => {
  const ANY = -1;
  const [CPU, T1, T2] = [0, 1, 2];
  const [c0, c1] = [0, 1];

  function bench() {
    const layout = new Layout();
    const slots = new BpSlots(layout, { cpus: 2, tasks: 2, data: S, inst: S });
    layout.build(1);
    slots.boot();
    const of = (target: number, cpu: number): Pinned => ({ target, cpu, type: 0 });
    const open = (target: number, cpu: number) => {
      const result = slots.reserve(of(target, cpu));
      return result.ok ? "ok" : result.error;
    };
    const fill = (target: number, cpu: number, count = S) => {
      for (let n = 0; n < count; n++) expect(open(target, cpu)).toBe("ok");
    };
    const refused = (...targets: readonly (readonly [number, number])[]) => {
      for (const [target, cpu] of targets) expect(open(target, cpu)).toBe("ENOSPC");
    };
    const free = (target: number, cpu: number) => slots.release(of(target, cpu));
    return { open, fill, refused, free };
  }

  test("K1 one CPU", () => {
    const { fill, refused } = bench();
    fill(CPU, c0);
    refused([T1, ANY], [CPU, c0]);
  });

  test("K2 many CPUs", () => {
    const { fill, refused } = bench();
    for (const cpu of [c0, c1]) {
      fill(CPU, cpu);
      refused([CPU, cpu]);
    }
  });

  test("K3 one task on all CPUs", () => {
    const { fill, refused, free, open } = bench();
    fill(T1, ANY);
    refused([T1, ANY], [T1, c0], [CPU, c0]);
    free(T1, ANY);
    expect(open(CPU, c0)).toBe("ok");
  });

  test("K4 two tasks on all CPUs", () => {
    const { fill, refused, free } = bench();
    fill(T1, ANY);
    fill(T2, ANY);
    refused([T1, ANY], [T2, ANY], [T1, c0], [T2, c0], [CPU, c0]);
    free(T1, ANY);
    refused([CPU, c0]);
  });

  test("K5 one task on one CPU", () => {
    const { fill, refused, free, open } = bench();
    fill(T1, c0);
    refused([T1, ANY], [T1, c0], [CPU, c0]);
    free(T1, c0);
    expect(open(CPU, c0)).toBe("ok");
  });

  if (S >= MIXED)
    test("K6 one task, mixed", () => {
      const { fill, refused, free, open } = bench();
      fill(T1, c0, 1);
      fill(T1, ANY, S - 1);
      refused([T1, ANY], [T1, c0], [CPU, c0]);
      free(T1, c0);
      free(T1, ANY);
      expect([open(CPU, c0), open(CPU, c0), open(CPU, c0)]).toEqual(["ok", "ok", "ENOSPC"]);
    });

  test("K7 two tasks on one CPU", () => {
    const { fill, refused } = bench();
    fill(T1, c0);
    fill(T2, c0);
    refused([T1, ANY], [T2, ANY], [T1, c0], [T2, c0], [CPU, c0]);
    fill(CPU, c1);
  });

  test("K8 one task on one CPU, another on all", () => {
    const { fill, refused } = bench();
    fill(T1, c0);
    fill(T2, ANY);
    refused([T1, ANY], [T2, ANY], [T1, c0], [T2, c0], [CPU, c0], [CPU, c1]);
  });

  if (S >= MIXED)
    test("K9 one task on all, then one CPU", () => {
      const { fill, refused, free, open } = bench();
      fill(T1, ANY, S - 2);
      fill(T1, c0, 1);
      fill(T1, ANY, 1);
      refused([T1, ANY], [T1, c0], [CPU, c0]);
      expect([open(CPU, c1), open(CPU, c1)]).toEqual(["ok", "ENOSPC"]);
      free(T1, c0);
      refused([T1, ANY]);
      free(CPU, c1);
      expect(open(T1, ANY)).toBe("ok");
      refused([T1, ANY], [T1, c0], [CPU, c0], [CPU, c1]);
    });
});

import { BLOCKED, defineModel, END, explore, type Model } from "../../src/explore/index.ts";

/**
 * A ring of two slots between one writer and one reader, who look at each other's position without a
 * lock. `publishFirst` moves the head before the record is there, as a missing barrier would.
 */
export function ringBuffer(records: number, { publishFirst = false } = {}): Model {
  const SIZE = 2;
  return defineModel(`ring buffer, ${records} records`, (model) => {
    const slots = model.cells("slot", SIZE);
    const head = model.cell("head");
    const tail = model.cell("tail");
    const wrapped = model.goal("the ring wraps round");

    model.agent("writer", {
      reserve() {
        if (head.value === records) return END;
        if (head.value - tail.value === SIZE) return BLOCKED;
        if (!publishFirst) return "fill";
        head.value++;
        return "fillLate";
      },
      fill() {
        slots.of(head.value % SIZE).value = head.value + 1;
        return "publish";
      },
      publish() {
        head.value++;
        if (head.value > SIZE) wrapped();
        return "reserve";
      },
      fillLate() {
        slots.of((head.value - 1) % SIZE).value = head.value;
        return "reserve";
      },
    });
    model.agent("reader", {
      read() {
        if (tail.value === records) return END;
        if (tail.value === head.value) return BLOCKED;
        const record = slots.of(tail.value % SIZE).value;
        model.check(record === tail.value + 1, "stale-record", `reads ${record}`);
        tail.value++;
        return "read";
      },
    });
  });
}

if (import.meta.main) {
  console.log(explore(ringBuffer(4)));
  console.log(explore(ringBuffer(4, { publishFirst: true })));
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { HitTable, RecordingInMemory } from "../../recording/index.ts";
import { Presence, Presences } from "./presence.ts";

const turns = fc.array(fc.record({ wait: fc.integer({ min: 1, max: 30 }), on: fc.boolean() }), {
  maxLength: 40,
});

/** As many pixels as moments, so that each pixel begins at a whole one. */
const powers = fc.integer({ min: 0, max: 8 }).map((it) => 2 ** it);

test("a pixel is drawn where somebody was there at some moment of it", () => {
  fc.assert(
    fc.property(turns, fc.nat(200), powers, (list, from, length) => {
      const presence = new Presence();
      const isOn: boolean[] = []; // at each half moment
      let time = 0;
      let on = list[0]?.on === false;
      for (const turn of list) {
        for (let at = time; at < time + turn.wait; at += 1) isOn[at] = on;
        time += turn.wait;
        presence.note(time, turn.on);
        on = turn.on;
      }
      const span = { from, to: from + length };
      const drawn = presence.stretches({ span, width: length });
      const pixels = Array.from({ length }, (_, x) =>
        drawn.some((it) => it.from <= x && x < it.to),
      );
      const naive = Array.from({ length }, (_, x) => isOn[from + x] ?? on);
      expect(pixels).toEqual(naive);
    }),
  );
});

test("a stretch too short for a pixel is seen", () => {
  const presence = new Presence();
  presence.note(500, true);
  presence.note(501, false);
  const span = { from: 0, to: 1_000 };
  expect(presence.stretches({ span, width: 10 })).toEqual([{ from: 5, to: 6 }]);
});

test("a thread that exits leaves its processor", () => {
  const recording = new RecordingInMemory();
  recording.hits = new HitTable(1_000n);
  recording.switches.push({ time: 1_010n, cpu: 3, pid: 1, tid: 2, on: true });
  recording.lives.push({ time: 1_020n, what: "exit", pid: 1, tid: 2 });
  const presences = new Presences(recording);
  presences.update();
  const scale = { span: { from: 0, to: 40 }, width: 40 };
  expect(presences.of("thread", 2)?.stretches(scale)).toEqual([{ from: 10, to: 20 }]);
  expect(presences.of("cpu", 3)?.stretches(scale)).toEqual([{ from: 10, to: 20 }]);
  expect(presences.of("thread", 9)).toBeUndefined();
});

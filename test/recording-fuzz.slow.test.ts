import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { sampleModelRecording, sampleRecording } from "../src/recording/sample-recording.ts";
import { Dice, mutated, type Survived, survive, USES } from "./recording-fuzz.ts";

/** The nightly script tries a million. RECORDING_FUZZ says how many, RECORDING_SEED which: a failure prints what to set. */
const COUNT = Number(process.env.RECORDING_FUZZ ?? 5_000);
const SEED = Number(process.env.RECORDING_SEED ?? 1);
/** A recording of a few hundred bytes takes microseconds; what takes this long hangs. */
const MOST_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), "trapline-fuzz-"));
const file = join(folder, "it.trap");
afterAll(() => rmSync(folder, { recursive: true }));

test(`${COUNT} broken recordings, their reports and exports: no crash, no hang, one line`, async () => {
  const recordings = [sampleRecording(), sampleRecording(40), sampleModelRecording()];
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  Error.stackTraceLimit = 4; // each damage is an error; to gather its stack takes longer than all else
  const seen: Record<Survived, number> = { whole: 0, damaged: 0, refused: 0 };
  for (let seed = SEED; seed < SEED + COUNT; seed += 1) {
    const dice = new Dice(seed);
    const bytes = mutated(recordings[dice.below(recordings.length)] ?? new Uint8Array(), dice);
    const use = USES[dice.below(USES.length)] ?? "read";
    const begun = performance.now();
    try {
      seen[await survive(bytes, use, file)] += 1;
    } catch (error) {
      const replay = `RECORDING_SEED=${seed} RECORDING_FUZZ=1 npx vitest run --project slow test/recording-fuzz`;
      throw new Error(`${use}: ${replay}`, { cause: error });
    }
    expect(performance.now() - begun, `seed ${seed} takes too long`).toBeLessThan(MOST_MS);
  }
  if (COUNT < 1_000) return;
  // The dice reach all there is: sound files, damage that is told, and what is no recording.
  expect(seen.whole).toBeGreaterThan(COUNT / 200);
  expect(seen.damaged).toBeGreaterThan(COUNT / 4);
  expect(seen.refused).toBeGreaterThan(COUNT / 200);
}, 3_600_000);

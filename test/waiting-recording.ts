import { type RecordingHeader, RecordingWriter } from "../src/recording/index.ts";
import { waitingRun } from "../src/web/model/sample-run.ts";

const HEADER: RecordingHeader = {
  source: "check",
  trapline: "0.0.0",
  model: { form: "text", targets: ["model"], designs: [] },
};

/** The file of a run of the model in which a task waits for a lock. */
export function waitingRecording(): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter(HEADER, (bytes) => parts.push(bytes.slice()));
  const { program, steps, verdict } = waitingRun();
  writer.program(program);
  for (const step of steps) writer.step(step);
  if (verdict !== undefined) writer.verdict(verdict);
  writer.flush();
  return Buffer.concat(parts);
}

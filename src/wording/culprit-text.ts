import type { RecordedCulprit, RecordedFrame, RecordedStack } from "../recording/index.ts";
import { formatCode, formatObject } from "./format.ts";

const DOUBTS: Readonly<Record<NonNullable<RecordedCulprit["doubt"]>, string>> = {
  "start-unknown": "uncertain: where its function starts is not known",
  misaligned: "uncertain: there are data among the code",
  patched: "uncertain: the code was changed while the program ran",
  two: "uncertain: the string instruction behind it may have been it, too",
  "led-here":
    "not known: a call, return or jump through the range led here: -g or --values tells calls",
  unreadable: "not known: the code cannot be read",
};

const CUTS: Readonly<Record<NonNullable<RecordedStack["cut"]>, string>> = {
  stack: "cut short: the stack is deeper than was sampled: --stack-bytes",
  "no-rule": "cut short: code without unwind tables or frame pointers",
  depth: "cut short: too deep",
  "32-bit": "a program of 32 bits: by frame pointers alone, so callers may be missing",
  "frame-pointers": "the outer part by frame pointers: more by --stack-bytes",
};

/** `mov dword ptr [rip+0x2ef2], eax`, and what is not certain about it; empty for the kernel's code. */
export function instructionText(culprit: RecordedCulprit | undefined): string {
  if (culprit === undefined) return "";
  const { instruction, doubt } = culprit;
  const text = instruction?.text ?? "";
  return doubt === undefined ? text : `${text} (${DOUBTS[doubt]})`.trimStart();
}

/** A line for each frame, innermost first, functions that were inlined on lines of their own. */
export function stackLines(
  frames: readonly RecordedFrame[],
  cut: RecordedStack["cut"],
  line: (frame: RecordedFrame, text: string) => string = (_, text) => text,
): readonly string[] {
  const lines = frames.flatMap((frame) => frameTexts(frame).map((text) => line(frame, text)));
  return cut === undefined ? lines : [...lines, `(${CUTS[cut]})`];
}

function frameTexts(frame: RecordedFrame): readonly string[] {
  const places = frame.inlined;
  if (places === undefined) return [`${formatCode(frame)} (${formatObject(frame)})`];
  return places.map((place, i) => {
    const { inlined: _, ...outer } = frame;
    const where = i < places.length - 1 ? "inlined" : formatObject(frame);
    return `${formatCode({ ...outer, ...place })} (${where})`;
  });
}

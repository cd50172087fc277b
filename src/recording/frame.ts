import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { crc32c } from "./crc32c.ts";
import { RecordingError } from "./recording-error.ts";

/** The version of the format that is written. Older ones are read by way of `UPGRADES`. */
export const FORMAT_VERSION = 1;

/**
 * A file begins with: these bytes (one that is not text, the name, and line ends that a transfer
 * as text would change); the version as a u32; the CRC32C of these twelve bytes.
 */
const MAGIC = Uint8Array.of(0x89, 0x54, 0x52, 0x41, 0x50, 0x0d, 0x0a, 0x1a);
export const PREAMBLE_BYTES = 16;

/**
 * Then frames: `u32 mark; u32 length; u32 number; u32 crc` and `length` bytes of records. The checksum
 * is of length, number and records; frames are numbered from 0.
 */
const FRAME_MARK = 0x6d726654; // "Tfrm"
export const FRAME_HEADER_BYTES = 16;
/** A frame is closed when it has so many bytes; only a single record can make it longer. */
export const FRAME_BYTES = 1 << 16;
/** What is longer than this is no frame, whatever stands in its header. */
const LONGEST_FRAME = 1 << 24;

export function preamble(version = FORMAT_VERSION): Uint8Array {
  const bytes = new ByteWriter();
  bytes.append(MAGIC);
  bytes.u32(version);
  bytes.u32(crc32c(bytes.written()));
  return bytes.written().slice();
}

/** The version of the format; throws RecordingError when the bytes are not of a recording. */
export function readPreamble(bytes: Uint8Array): number {
  const begins = MAGIC.every((byte, at) => bytes[at] === byte);
  if (!begins || bytes.length < PREAMBLE_BYTES) {
    throw new RecordingError(
      "not-a-recording",
      bytes.length === 0
        ? "empty: the command that was to record it ended before it began"
        : "not a recording: trapline watch -o FILE and --trace-file FILE make them",
    );
  }
  const reader = new ByteReader(bytes, MAGIC.length);
  const version = reader.u32();
  if (reader.u32() !== crc32c(bytes.subarray(0, PREAMBLE_BYTES - 4))) {
    throw new RecordingError("not-a-recording", "its first bytes are damaged: copy it anew");
  }
  if (version > FORMAT_VERSION) {
    throw new RecordingError(
      "newer",
      `version ${version} of the format, this trapline reads up to ${FORMAT_VERSION}: update trapline`,
    );
  }
  return version;
}

/** A frame of records, ready to be written behind the others. */
export function frameOf(number: number, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new ByteWriter();
  bytes.u32(FRAME_MARK);
  bytes.u32(parts.reduce((sum, part) => sum + part.length, 0));
  bytes.u32(number);
  bytes.u32(0);
  for (const part of parts) bytes.append(part);
  const frame = bytes.written();
  new DataView(frame.buffer, frame.byteOffset).setUint32(12, checksumOf(frame), true);
  return frame;
}

function checksumOf(frame: Uint8Array): number {
  return crc32c(frame.subarray(FRAME_HEADER_BYTES), crc32c(frame.subarray(4, 12)));
}

/** What stands at a place of a file. */
export type FrameFound =
  | { readonly kind: "frame"; readonly number: number; readonly records: Uint8Array }
  /** More bytes are needed to tell. */
  | { readonly kind: "cut" }
  | { readonly kind: "damaged" };

/** The frame at the start of these bytes, if that is one. */
export function frameAt(bytes: Uint8Array): FrameFound {
  if (bytes.length < FRAME_HEADER_BYTES) return { kind: "cut" };
  const reader = new ByteReader(bytes);
  if (reader.u32() !== FRAME_MARK) return { kind: "damaged" };
  const length = reader.u32();
  if (length > LONGEST_FRAME) return { kind: "damaged" };
  if (bytes.length < FRAME_HEADER_BYTES + length) return { kind: "cut" };
  const frame = bytes.subarray(0, FRAME_HEADER_BYTES + length);
  const number = reader.u32();
  if (reader.u32() !== checksumOf(frame)) return { kind: "damaged" };
  return { kind: "frame", number, records: frame.subarray(FRAME_HEADER_BYTES) };
}

/** Where the next frame may begin, at or behind `from`; the end if nowhere. */
export function nextMark(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x54, from); at >= 0; at = bytes.indexOf(0x54, at + 1)) {
    const mark = bytes.subarray(at, at + 4);
    if (mark.every((byte, index) => byte === ((FRAME_MARK >>> (8 * index)) & 0xff))) return at;
  }
  return bytes.length;
}

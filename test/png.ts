import { inflateSync } from "node:zlib";

/** A picture of a page as a PNG has it: eight bits a colour, not interlaced. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly colors: Uint8Array;
}

/** RFC 2083: chunks behind a signature of eight bytes, the pixels deflated and each row filtered. */
export function readPng(bytes: Buffer): Picture {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = bytes[25] === 6 ? 4 : 3;
  const packed: Buffer[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString("latin1", at + 4, at + 8);
    if (kind === "IDAT") packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = inflateSync(Buffer.concat(packed));
  const stride = width * channels;
  const colors = new Uint8Array(width * height * 3);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const start = y * (stride + 1);
    const row = Uint8Array.from(rows.subarray(start + 1, start + 1 + stride));
    unfilter(rows[start] ?? 0, row, above, channels);
    for (let x = 0; x < width; x += 1) {
      colors.set(row.subarray(x * channels, x * channels + 3), (y * width + x) * 3);
    }
    above = row;
  }
  return { width, height, colors };
}

/** Each byte was written as its difference from one that a filter foretells. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, channels: number): void {
  for (let at = 0; at < row.length; at += 1) {
    const left = row[at - channels] ?? 0;
    const up = above[at] ?? 0;
    const corner = above[at - channels] ?? 0;
    const foretold = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    row[at] = (row[at] ?? 0) + foretold;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** A smaller difference is one of how letters are smoothed. */
const SEEN = 48;

/** The share of pixels that look another way; 1 where the sizes differ. */
export function differenceOf(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let differing = 0;
  for (let at = 0; at < a.colors.length; at += 3) {
    const part = (by: number) => Math.abs((a.colors[at + by] ?? 0) - (b.colors[at + by] ?? 0));
    if (Math.max(part(0), part(1), part(2)) > SEEN) differing += 1;
  }
  return differing / (a.width * a.height);
}

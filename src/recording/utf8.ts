// The pure rooms have no TextEncoder: it is the platform's, and this room runs on any.

const REPLACEMENT = 0xfffd;
const isSurrogate = (point: number): boolean => point >= 0xd800 && point < 0xe000;

/** Text as UTF-8. Half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? REPLACEMENT;
    push(bytes, isSurrogate(point) ? REPLACEMENT : point);
  }
  return Uint8Array.from(bytes);
}

function push(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
}

const tail = (point: number): number => 0x80 | (point & 0x3f);

/** The other way round. What is not UTF-8 becomes U+FFFD, a byte at a time. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const { point, size } = pointAt(bytes, at);
    text += String.fromCodePoint(point);
    at += size;
  }
  return text;
}

/** The least code point that a sequence of so many bytes may stand for. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000] as const;

function pointAt(bytes: Uint8Array, at: number): { readonly point: number; readonly size: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { point: first, size: 1 };
  const size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1;
  const broken = { point: REPLACEMENT, size: 1 };
  if (size === 1 || at + size > bytes.length) return broken;
  let point = first & (0x7f >> size);
  for (let next = at + 1; next < at + size; next += 1) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return broken;
    point = (point << 6) | (byte & 0x3f);
  }
  const least = LEAST[size] ?? 0;
  return point < least || point > 0x10ffff || isSurrogate(point) ? broken : { point, size };
}

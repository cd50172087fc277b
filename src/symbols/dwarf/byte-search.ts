/** Every place of `needle` in `bytes`, ascending. */
export function* placesOf(bytes: Buffer, needle: Buffer): Generator<number> {
  if (needle.length === 0) return;
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) yield at;
}

/** `value` as four bytes, little-endian. */
export function wordBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Tails of longer strings are references, too, where the linker has merged them. */
const MAX_TAILS = 64;

/**
 * Where a table of strings holds `name`, as its own string or, if there is none, as the tail of
 * others.
 */
export function stringPlaces(strings: Buffer, name: string): number[] {
  const needle = Buffer.from(`${name}\0`);
  const tails: number[] = [];
  for (const at of placesOf(strings, needle)) {
    if (at === 0 || strings[at - 1] === 0) return [at];
    if (tails.length < MAX_TAILS) tails.push(at);
  }
  return tails;
}

const MAX_BEGINNING = 256;

/** The strings of a table that begin with `start`. */
export function* stringsBeginning(strings: Buffer, start: string): Generator<string> {
  let left = MAX_BEGINNING;
  for (const at of placesOf(strings, Buffer.from(`\0${start}`))) {
    const end = strings.indexOf(0, at + 1);
    if (end < 0 || left === 0) return;
    left -= 1;
    yield strings.toString("utf8", at + 1, end);
  }
}

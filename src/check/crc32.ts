const POLYNOMIAL = 0xedb8_8320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = (word >>> 1) ^ ((word & 1) * POLYNOMIAL);
  return word;
});

/** The checksum of zlib and Ethernet. */
export function crc32(bytes: Uint8Array): number {
  let word = 0xffff_ffff;
  for (const byte of bytes) word = (word >>> 8) ^ (TABLE[(word ^ byte) & 0xff] ?? 0);
  return ~word >>> 0;
}

/** FNV-1a over words of 32 bits: what was garbled on its way is noticed. */
export function checkOf(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let check = 0x811c9dc5 | 0;
  for (const word of words) check = Math.imul(check ^ word, 0x01000193);
  return check >>> 0;
}

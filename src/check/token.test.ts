import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { crc32 } from "./crc32.ts";
import { packedOfToken, tokenOfPacked } from "./token.ts";

const bytes = fc.uint8Array({ maxLength: 100 });

test("letters are those that Node's Buffer makes of any bytes, and give them back", () => {
  fc.assert(
    fc.property(bytes, (it) => {
      const text = toBase64url(it);
      expect(text).toBe(Buffer.from(it).toString("base64url"));
      expect(fromBase64url(text)).toEqual(Uint8Array.from(it));
    }),
  );
});

test("the checksum is zlib's", () => {
  fc.assert(
    fc.property(bytes, (it) => {
      expect(crc32(it)).toBe(zlibCrc32(it));
    }),
  );
});

test("what was packed comes out of its token", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (it) => {
      expect(packedOfToken(tokenOfPacked(it))).toEqual(Uint8Array.from(it));
    }),
  );
});

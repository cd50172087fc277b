import fc from "fast-check";
import { expect, test } from "vitest";
import { AddressCache } from "./address-cache.ts";

const addresses = fc.maxSafeInteger().map((it) => Math.abs(it) % 2 ** 48);

test("what was added is found, and nothing else, as with a Map", () => {
  fc.assert(
    fc.property(fc.uniqueArray(addresses, { maxLength: 600 }), addresses, (keys, other) => {
      const cache = new AddressCache<number>();
      for (const [value, key] of keys.entries()) cache.add(key, value % 7 ? value : undefined);
      const map = new Map(keys.map((key, value) => [key, value % 7 ? value : undefined]));
      expect(cache.size).toBe(keys.length);
      for (const key of [...keys, other, other + 1]) {
        const place = cache.find(key);
        expect(place >= 0).toBe(map.has(key));
        if (place >= 0) expect(cache.valueAt(place)).toBe(map.get(key));
      }
      cache.clear();
      expect(cache.find(keys[0] ?? 0)).toBe(-1);
    }),
  );
});

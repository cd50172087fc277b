import fc from "fast-check";
import { expect, test } from "vitest";
import { addressAt, floorPlace, newColumns, orderByAddress } from "./address-order.ts";

const address = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0xffffffff81000000n, max: 0xffffffff81000100n }),
  fc.bigInt({ min: 0n, max: 20n }),
);

function columnsOf(addresses: readonly bigint[]) {
  const columns = newColumns(addresses.length);
  for (const [row, it] of addresses.entries()) {
    columns.low[row] = Number(it & 0xffffffffn);
    columns.high[row] = Number(it >> 32n);
  }
  return columns;
}

function naiveOrder(addresses: readonly bigint[]): number[] {
  const rows = [...addresses.keys()];
  const at = (row: number) => addresses[row] ?? 0n;
  return rows.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : a - b));
}

test("rows come out by address as unsigned 64-bit numbers, equal ones in their own order", () => {
  fc.assert(
    fc.property(fc.array(address), (addresses) => {
      const columns = columnsOf(addresses);
      const order = orderByAddress(columns, Uint32Array.from(addresses.keys()));
      expect([...order]).toEqual(naiveOrder(addresses));
      expect(addresses.map((_, row) => addressAt(columns, row))).toEqual(addresses);
    }),
  );
});

test("the floor of an address is the last one that is not above it", () => {
  fc.assert(
    fc.property(fc.array(address), address, (addresses, wanted) => {
      const columns = columnsOf(addresses);
      const order = orderByAddress(columns, Uint32Array.from(addresses.keys()));
      const notAbove = addresses.filter((it) => it <= wanted).length;
      expect(floorPlace(columns, order, wanted)).toBe(notAbove - 1);
    }),
  );
});

import { writeSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum } from "./frame.ts";
import { MAILBOX_BYTES, Mailbox } from "./mailbox.ts";

const HALF = MAILBOX_BYTES / 2;

/** As the guest does it: the length, the checksum, the bytes. */
function answer(mailbox: Mailbox, place: number, content: Uint8Array): void {
  const head = new Uint32Array([content.length, checksum(0, content)]);
  writeSync(mailbox.fd, new Uint8Array(head.buffer), 0, 8, place);
  writeSync(mailbox.fd, content, 0, content.length, place + 8);
}

test("what the guest puts into its half is taken out whole", () => {
  using mailbox = new Mailbox();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 1000 }), (content, at) => {
      answer(mailbox, HALF + at * 8, content);
      expect([...(mailbox.take(HALF + at * 8) ?? [])]).toEqual([...content]);
    }),
  );
});

test("what is not as it says, or lies where nothing can, is not taken", () => {
  using mailbox = new Mailbox();
  answer(mailbox, HALF, Uint8Array.of(1, 2, 3));
  writeSync(mailbox.fd, Uint8Array.of(9), 0, 1, HALF + 9);
  expect(mailbox.take(HALF)).toBeUndefined();
  writeSync(mailbox.fd, new Uint8Array([255, 255, 255, 255]), 0, 4, HALF + 64);
  expect(mailbox.take(HALF + 64)).toBeUndefined();
  for (const place of [0, HALF - 8, MAILBOX_BYTES - 4, MAILBOX_BYTES, 2 ** 32 - 1])
    expect(mailbox.take(place), String(place)).toBeUndefined();
});

test("any bytes at all are taken or refused, and nothing else happens", () => {
  using mailbox = new Mailbox();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.nat(), (bytes, place) => {
      writeSync(mailbox.fd, bytes, 0, bytes.length, HALF);
      mailbox.take(place);
      mailbox.take(HALF);
    }),
  );
});

test("what is too much for it is left to the channel", () => {
  using mailbox = new Mailbox();
  expect(mailbox.put(new Uint8Array(HALF - 8))).toBe(0);
  expect(mailbox.put(new Uint8Array(HALF))).toBeUndefined();
});

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { encodeFrame } from "./frame.ts";
import { GuestLink } from "./guest-link.ts";
import { GuestProcess } from "./guest-process.ts";

const NAME = "guest:test";
const SOON_MS = 100;
const LATE_MS = 20_000;

/** An emulator that only does this, with its channel on descriptor 5. */
function linkTo(script: string): GuestLink {
  const qemu = { command: "sh", version: "10.0.0", env: process.env, flags: ["-c", script] };
  return new GuestLink(NAME, new GuestProcess(qemu, []));
}

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((it) => `\\${it.toString(8).padStart(3, "0")}`).join("");
}

test("a guest that hangs is ended after the limit, and named", async () => {
  using link = linkTo("exec sleep 1000");
  const { pid } = link.guest;
  await expect(link.hello(SOON_MS)).rejects.toThrow(
    `${NAME}: the guest does not answer after ${SOON_MS} ms: ended it`,
  );
  for (let waited = 0; existsSync(`/proc/${pid}`) && waited < LATE_MS; waited += 10)
    await sleep(10);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test("an emulator that ends says why", async () => {
  using link = linkTo("echo 'qemu-system-test: no such machine' >&2; exit 1");
  await expect(link.hello(LATE_MS)).rejects.toThrow(
    `${NAME}: QEMU has ended: qemu-system-test: no such machine`,
  );
});

test("what a guest says is found among garbage", async () => {
  const payload = new Uint8Array(66);
  payload.set(new TextEncoder().encode("6.12-test"));
  const frame = escaped(encodeFrame({ kind: "hello", payload }));
  using link = linkTo(`head -c 5000 /dev/urandom >&5; printf '${frame}' >&5; exec sleep 1000`);
  expect(await link.hello(LATE_MS, { asked: false })).toBe("6.12-test");
});

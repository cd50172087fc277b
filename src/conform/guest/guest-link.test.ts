import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { NoAnswerError } from "../target-error.ts";
import { encodeFrame } from "./frame.ts";
import { GuestCrew } from "./guest-crew.ts";
import { GuestLink } from "./guest-link.ts";
import { parseGuestName } from "./guest-name.ts";
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

async function isGone(pid: number | undefined): Promise<boolean> {
  const isThere = () => existsSync(`/proc/${pid}`);
  for (let waited = 0; isThere() && waited < LATE_MS; waited += 10) await sleep(10);
  return !isThere();
}

test("a guest that hangs is ended after the limit, and named", async () => {
  using link = linkTo("exec sleep 1000");
  const { pid } = link.guest;
  await expect(link.hello(SOON_MS)).rejects.toThrow(
    `${NAME}: the guest does not answer after ${SOON_MS} ms: ended it`,
  );
  expect(await isGone(pid)).toBe(true);
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

const SPEC = parseGuestName("guest:arm64-6.12");

test("a guest that hangs is replaced by another one, which answers", async () => {
  const hung = linkTo("exec sleep 1000");
  const frame = escaped(encodeFrame({ kind: "hello", payload: new Uint8Array(66) }));
  let started = 0;
  using crew = new GuestCrew({ link: hung, release: "" }, SPEC, {
    isParallel: true,
    start: async () => {
      started++;
      return { link: linkTo(`printf '${frame}' >&5; exec sleep 1000`), release: "" };
    },
  });
  const silence = crew.on(({ link }) => link.hello(SOON_MS));
  await expect(silence).rejects.toBeInstanceOf(NoAnswerError);
  await expect(silence).rejects.toThrow(`${NAME}: the guest does not answer after ${SOON_MS} ms`);
  expect(await isGone(hung.guest.pid)).toBe(true);
  expect(await crew.on(({ link }) => link.hello(LATE_MS, { asked: false }))).toBe("");
  expect(started).toBe(1);
});

test("a guest that is spoilt is replaced, too", async () => {
  const first = linkTo("exec sleep 1000");
  using crew = new GuestCrew({ link: first, release: "" }, SPEC, {
    isParallel: true,
    start: async () => ({ link: linkTo("exec sleep 1000"), release: "" }),
  });
  const pid = async () => crew.on(async ({ link }) => link.guest.pid);
  expect(await pid()).toBe(first.guest.pid);
  await crew.on(
    async () => "WARNING: ",
    (result) => result === "WARNING: ",
  );
  expect(await isGone(first.guest.pid)).toBe(true);
  expect(await pid()).not.toBe(first.guest.pid);
});

import { expect, test } from "vitest";
import { Channel, type Line } from "./channel.ts";
import type { WireRequest } from "./wire.ts";
import { checkOf } from "./wire-check.ts";

const MAGIC = 0x92f3_7075_7070_6574n;
const GARBLED = 2n;
const NOTHING: WireRequest = {
  actors: 0,
  tasks: [],
  functions: [],
  bodies: [],
  orders: [],
  observations: [],
  variableBytes: 0,
  cpus: 1,
  online: 1,
  paranoid: 2,
};

function numberIn(request: Uint8Array): bigint {
  return new BigUint64Array(request.buffer)[3] ?? 0n;
}

function answer(number: bigint, { status = 0n, attempt = 0n } = {}): Uint8Array {
  const words = new BigUint64Array([MAGIC, 0n, 0n, number, 0n, status, attempt, 0n]);
  const bytes = new Uint8Array(words.buffer);
  words[2] = BigInt(checkOf(bytes.subarray(64)));
  words[1] = BigInt(checkOf(bytes.subarray(16)));
  return bytes;
}

/** A puppet that answers its n-th message as it is told. */
class FakeLine implements Line {
  readonly sent: Uint8Array[] = [];
  readonly #answers: (request: Uint8Array, nth: number) => readonly Uint8Array[];
  #onBytes: (chunk: Uint8Array) => void = () => undefined;
  #onEnd: (why: string) => void = () => undefined;
  closed = false;

  constructor(answers: (request: Uint8Array, nth: number) => readonly Uint8Array[]) {
    this.#answers = answers;
  }

  write(bytes: Uint8Array): void {
    this.sent.push(bytes);
    for (const chunk of this.#answers(bytes, this.sent.length))
      queueMicrotask(() => this.#onBytes(chunk));
  }

  onBytes(listener: (chunk: Uint8Array) => void): void {
    this.#onBytes = listener;
  }

  onEnd(listener: (why: string) => void): void {
    this.#onEnd = listener;
  }

  close(): void {
    this.closed = true;
  }

  end(why: string): void {
    this.#onEnd(why);
  }
}

function channelTo(line: Line, patienceMs = 1000): Channel {
  return new Channel(line, { name: "guest:x", cpus: 1, patienceMs });
}

test("a request that was garbled on its way is said again", async () => {
  const line = new FakeLine((request, nth) => [
    answer(numberIn(request), { status: nth === 1 ? GARBLED : 0n }),
  ]);
  expect((await channelTo(line).run(NOTHING)).hung).toBe(false);
  expect(line.sent).toHaveLength(2);
  expect(line.sent[1]).toEqual(line.sent[0]);
});

test("an answer that was lost is asked for again when the next one comes", async () => {
  const line = new FakeLine((request, nth) => (nth === 1 ? [] : [answer(numberIn(request))]));
  const channel = channelTo(line);
  await Promise.all([channel.run(NOTHING), channel.run(NOTHING)]);
  expect(line.sent.map(numberIn)).toEqual([1n, 2n, 1n]);
});

test("what nobody has asked for is passed over", async () => {
  const line = new FakeLine((request) => [answer(99n), answer(numberIn(request))]);
  await channelTo(line).run(NOTHING);
  expect(line.sent).toHaveLength(1);
});

test("a puppet that never understands is ended, and said to", async () => {
  const line = new FakeLine((request) => [answer(numberIn(request), { status: GARBLED })]);
  await expect(channelTo(line).run(NOTHING)).rejects.toThrow(
    "guest:x: the puppet does not understand: ended it",
  );
  expect(line.closed).toBe(true);
});

test("a puppet that keeps silent is ended after a while, and said to", async () => {
  const line = new FakeLine(() => []);
  await expect(channelTo(line, 20).run(NOTHING)).rejects.toThrow(
    "guest:x: the puppet does not answer after 20 ms: ended it",
  );
  expect(line.closed).toBe(true);
});

test("when the puppet dies everybody who waits is told, and whoever asks later", async () => {
  const line = new FakeLine(() => []);
  const channel = channelTo(line);
  const waiting = channel.run(NOTHING);
  line.end("puppet: out of luck");
  await expect(waiting).rejects.toThrow("guest:x: puppet: out of luck");
  await expect(channel.run(NOTHING)).rejects.toThrow("guest:x: puppet: out of luck");
});

test("a race brings an answer for each try, with the seed that it was made from", async () => {
  const line = new FakeLine((request) =>
    [0n, 1n, 2n].map((attempt) => answer(numberIn(request), { attempt })),
  );
  const seeds: number[] = [];
  await channelTo(line).race(NOTHING, { tries: 3, seed: 40 }, (_, seed) => seeds.push(seed));
  expect(seeds).toEqual([40, 41, 42]);
});

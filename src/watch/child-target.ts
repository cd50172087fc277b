// The child of `childTest`: prints the address of a variable, then for each line `store N` stores
// to it N times and prints how long that took, in ns.
import { createInterface } from "node:readline";
import { openSys } from "../linux/index.ts";

const words = new BigInt64Array(512);
const bytes = new Uint8Array(words.buffer);
console.log(`0x${openSys().addressOf(bytes).toString(16)}`);

for await (const line of createInterface(process.stdin)) {
  const stores = Number(line.split(" ")[1]);
  const start = process.hrtime.bigint();
  // Atomics, for the compiler may leave out a plain store that another one follows.
  for (let n = 0; n < stores; n += 1) Atomics.store(words, 0, 1n);
  console.log(`${process.hrtime.bigint() - start}`);
}

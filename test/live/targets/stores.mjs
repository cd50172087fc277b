// Stores into the same eight bytes by many functions, and says what each of them left there.
import { readFileSync } from "node:fs";

const { default: koffi } = await import("koffi");

const shared = new SharedArrayBuffer(64);
const [b, sb, h, sh] = [Uint8Array, Int8Array, Uint16Array, Int16Array].map((it) => new it(shared));
const [w, sw, q, sq] = [Uint32Array, Int32Array, BigUint64Array, BigInt64Array].map(
  (it) => new it(shared),
);
const [f, d, c] = [Float32Array, Float64Array, Uint8ClampedArray].map((it) => new it(shared));
const view = new DataView(shared);
const start = koffi.address(new Uint8Array(shared));

const STORES = [
  function byteNumber() {
    b[0] = 1;
  },
  function byteLast() {
    b[7] = 0xff;
  },
  function byteNegative() {
    sb[1] = -3;
  },
  function byteClamped() {
    c[2] = 1000;
  },
  function wordNumber() {
    h[1] = 0x1234;
  },
  function wordNegative() {
    sh[3] = -2;
  },
  function longNumber() {
    w[0] = 0xfffffff0;
  },
  function longNegative() {
    sw[1] = -7;
  },
  function quadNumber() {
    q[0] = 0x123456789abcdefn;
  },
  function quadNegative() {
    sq[0] = -5n;
  },
  function single() {
    f[0] = 1.5;
  },
  function singleSecond() {
    f[1] = -0.25;
  },
  function double() {
    d[0] = Math.PI;
  },
  function doubleZero() {
    d[0] = 0;
  },
  function doubleFromInteger() {
    d[0] = 42;
  },
  function doubleNotANumber() {
    d[0] = Number.NaN;
  },
  function byteIncrement() {
    b[3]++;
  },
  function byteDecrement() {
    sb[5]--;
  },
  function wordAdd() {
    h[2] += 77;
  },
  function longSubtract() {
    sw[0] -= 9;
  },
  function longOr() {
    w[1] |= 0x80;
  },
  function longAnd() {
    w[0] &= 0xff00ff;
  },
  function longShift() {
    w[0] <<= 4;
  },
  function quadAdd() {
    q[0] += 3n;
  },
  function quadExclusiveOr() {
    sq[0] ^= 0xffn;
  },
  function doubleMultiply() {
    d[0] *= 2;
  },
  function singleDivide() {
    f[0] /= 4;
  },
  function atomicStoreByte() {
    Atomics.store(b, 4, 9);
  },
  function atomicStoreWord() {
    Atomics.store(sh, 0, -1);
  },
  function atomicStoreLong() {
    Atomics.store(w, 1, 0xabcdef);
  },
  function atomicStoreQuad() {
    Atomics.store(q, 0, 77n);
  },
  function atomicAdd() {
    Atomics.add(w, 0, 5);
  },
  function atomicSubtract() {
    Atomics.sub(sw, 1, 2);
  },
  function atomicAnd() {
    Atomics.and(b, 0, 0x0f);
  },
  function atomicOr() {
    Atomics.or(h, 1, 0x8000);
  },
  function atomicExclusiveOr() {
    Atomics.xor(sb, 6, 0x55);
  },
  function atomicExchange() {
    Atomics.exchange(w, 1, 12);
  },
  function atomicExchangeQuad() {
    Atomics.exchange(sq, 0, -12n);
  },
  function viewByte() {
    view.setUint8(2, 200);
  },
  function wordDecrement() {
    sh[1]--;
  },
  function byteOr() {
    b[6] |= 3;
  },
  function quadShift() {
    q[0] <<= 2n;
  },
];
const source = readFileSync(new URL(import.meta.url), "utf8").split("\n");
const lineOf = ({ name }) => source.findIndex((line) => line.includes(`function ${name}(`)) + 1;

console.log(`cell=0x${start.toString(16)}`);
for await (const _ of process.stdin) {
  const left = STORES.map((store) => {
    store();
    return view.getBigUint64(0, true);
  });
  console.log("done");
  for (const [i, store] of STORES.entries()) {
    const value = `0x${left[i].toString(16)}`;
    console.log(`function=${store.name} line=${lineOf(store)} value=${value}`);
  }
}

// Two workers share an array. One of them writes past the end of its row, into `total`.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const COLUMNS = 4;
const TOTAL = COLUMNS;
const TIMES = 300;

function fillRow(row) {
  for (let column = 0; column <= COLUMNS; column += 1) {
    row[column] = column;
  }
}

function addUp(row) {
  return row[0] + row[1];
}

if (isMainThread) {
  const { default: koffi } = await import("koffi");
  const shared = new SharedArrayBuffer(64);
  const row = new Float64Array(shared);
  const start = koffi.address(new Uint8Array(shared));
  const workers = ["fill", "add"].map(
    (job) => new Worker(new URL(import.meta.url), { workerData: { shared, job } }),
  ); // prettier
  await Promise.all(
    workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))),
  );
  console.log(`total=0x${(start + BigInt(TOTAL * 8)).toString(16)}`);
  for await (const _ of process.stdin) {
    const done = workers.map((worker) => new Promise((resolve) => worker.once("message", resolve)));
    for (const worker of workers) worker.postMessage("go");
    await Promise.all(done);
    console.log(`done total=${row[TOTAL]}`);
  }
  process.exit(0);
} else {
  const { shared, job } = workerData;
  const row = new Float64Array(shared);
  parentPort.on("message", () => {
    for (let i = 0; i < TIMES; i += 1) job === "fill" ? fillRow(row) : addUp(row);
    parentPort.postMessage("done");
  });
  parentPort.postMessage("ready");
}

// One team: counts its rounds and writes its points, all in its own row. Or so it should be.
import { workerData } from "node:worker_threads";

const { table, row, cells } = workerData;
const scores = new BigInt64Array(table);

function countRound(round) {
  scores[row * cells] = round;
}

function fillPoints(points) {
  const first = row * cells + 1;
  // Wrong: `cells` points behind the first cell reach into the first cell of the next row.
  const last = row === 1 ? first + cells - 1 : first + cells - 2;
  for (let cell = first; cell <= last; cell += 1) scores[cell] = points;
}

let round = 0n;
setInterval(() => {
  round += 1n;
  countRound(round);
  fillPoints(round % 10n);
}, 2);

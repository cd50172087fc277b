// Four teams keep their scores in one shared table, a row each. The first cell of a row counts the
// rounds of its team. Now and then a team's count is wrong, and nobody knows why.

import { Worker } from "node:worker_threads";
import koffi from "koffi";

const TEAMS = ["north", "east", "south", "west"];
const CELLS = 8;
const BYTES_PER_CELL = 8;

const table = new SharedArrayBuffer(TEAMS.length * CELLS * BYTES_PER_CELL);
const address = koffi.address(new Uint8Array(table));

for (const [row, name] of TEAMS.entries()) {
  const url = new URL("team.mjs", import.meta.url);
  new Worker(url, { name, workerData: { table, row, cells: CELLS } });
}

const DAMAGED = "south";
const counter = address + BigInt(TEAMS.indexOf(DAMAGED) * CELLS * BYTES_PER_CELL);
console.log(`the count of team ${DAMAGED} is damaged: it is at 0x${counter.toString(16)}`);

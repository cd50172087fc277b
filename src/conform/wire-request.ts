import { type Arg, opNumber, type Races, type WireRequest } from "./wire.ts";
import { checkOf } from "./wire-check.ts";

const MAGIC = 0x91f3_7075_7070_6574n;
const ARGS = 21;
const SETTLE = 20;
const ORDER_WORDS = 4 + ARGS;
const HEADER_WORDS = 16;
const WORD = 8;
/** The check of the head is over what follows it. */
const CHECKED_FROM = 2 * WORD;

/** A program as the puppet reads it, in one go; its answers have the same number. */
export function encodeRequest(request: WireRequest, number: number, races?: Races): Uint8Array {
  const { tasks, functions, bodies, orders, observations } = request;
  const allOrders = [...bodies, ...orders, ...observations];
  const words = tasks.length * 3 + functions.length * 2 + allOrders.length * ORDER_WORDS;
  const out = new BigUint64Array(HEADER_WORDS + words);
  let at = 0;
  const put = (...values: readonly Arg[]) => {
    for (const value of values) out[at++] = BigInt(value ?? 0);
  };
  put(MAGIC, 0, 0, number, words * WORD);
  put(orders.length, request.actors, tasks.length, functions.length, bodies.length);
  put(observations.length, request.variableBytes, (1 << request.cpus) - 1, request.online);
  put(races?.tries, races?.seed);
  for (const { actor, cpu, user } of tasks) put(actor, cpu, user);
  for (const { first, count } of functions) put(first, count);
  for (const { actor, op, times, phase, args, settle } of allOrders) {
    put(actor, opNumber(op), times, phase);
    const end = at + ARGS;
    put(...args);
    out[end - ARGS + SETTLE] = settle;
    at = end;
  }
  const bytes = new Uint8Array(out.buffer);
  const body = HEADER_WORDS * WORD;
  out[2] = BigInt(checkOf(bytes.subarray(body)));
  out[1] = BigInt(checkOf(bytes.subarray(CHECKED_FROM, body)));
  return bytes;
}

import type { ModelBuilder } from "../../src/explore/index.ts";
import type { Network } from "./network.ts";
import { permutations } from "./permutations.ts";

/** What a register holds before anything is put there. */
export const NOTHING = 0;

/** The value that a client puts; no other one puts the same. */
export const putBy = (client: number) => 1 + client;

/** Where a client puts, and where it gets from later: another server, if there is one. */
export const putsAt = (client: number, servers: number) => client % servers;
export const getsAt = (client: number, servers: number) => (client + 1) % servers;

const AWAITS_PUT = 0;
const AWAITS_GET = 1;
const DONE = 2;

/**
 * Two clients of a register on some servers: each puts a value, and when that is done gets one. What
 * each has seen, and what of the other was over when its get began, is part of the state, for it
 * decides whether all this could have happened on one register, one operation after another.
 *
 * Servers get `put CLIENT`, which is on its way from the start, and `get CLIENT`; they answer
 * `put CLIENT done by SERVER` and `got CLIENT VALUE`.
 */
export function addRegisterClients(model: ModelBuilder, net: Network, servers: number): void {
  const over = model.cells("over", 2, AWAITS_PUT);
  const before = model.cells("before", 2);
  const seen = model.cells("seen", 2);
  const got = model.goal("a value is read");

  const isPossible = () =>
    permutations(4).some((order) => {
      // Operations 0 and 1 are the puts, 2 and 3 the gets.
      const place = (operation: number) => order.indexOf(operation);
      return [0, 1].every((client) => {
        if (over.of(client).value !== DONE) return true;
        const [mine, other] = [place(2 + client), 1 - client];
        const isBefore = (operation: number) => place(operation) < mine;
        if (!isBefore(client)) return false;
        if (before.of(client).value > AWAITS_PUT && !isBefore(other)) return false;
        if (before.of(client).value === DONE && !isBefore(2 + other)) return false;
        const last = isBefore(other) && place(other) > place(client) ? other : client;
        return seen.of(client).value === putBy(last);
      });
    });

  for (const client of [0, 1]) {
    const name = `client ${client}`;
    const mine = over.of(client);
    for (let server = 0; server < servers; server++) {
      net.message(`put ${client} done by ${server}`, name, () => {
        if (mine.value !== AWAITS_PUT) return false;
        mine.value = AWAITS_GET;
        before.of(client).value = over.of(1 - client).value;
        net.send(`get ${client}`);
        return true;
      });
    }
    for (const value of [NOTHING, putBy(0), putBy(1)]) {
      net.message(`got ${client} ${value}`, name, () => {
        if (mine.value !== AWAITS_GET) return false;
        mine.value = DONE;
        seen.of(client).value = value;
        model.check(
          isPossible(),
          "linearizable",
          "no order of puts and gets explains what was read",
        );
        got();
        return true;
      });
    }
  }
}

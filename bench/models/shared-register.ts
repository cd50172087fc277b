import { type Cell, defineModel, type Model, type ModelBuilder } from "../../src/explore/index.ts";
import { Network } from "./network.ts";
import { addRegisterClients, getsAt, NOTHING, putBy, putsAt } from "./register-clients.ts";

const SERVERS = 2;

/**
 * What is written is stamped with a count and the server that writes it, as one number in their order:
 * 2 * count + server. A server writes what one client puts, so the stamp also says what is written.
 */
const STAMPS = [0, 1, 2, 3, 4, 5];
const nextStamp = (stamp: number, server: number) => 2 * ((stamp >> 1) + 1) + server;
const valueAt = (stamp: number) => (stamp < 2 ? NOTHING : putBy(stamp & 1));

const IDLE = 0;
const ASKS = 1;
const TELLS = 2;

type Request = `${"put" | "get"} ${number}`;

/**
 * A register that two servers share, after Attiya, Bar-Noy and Dolev: whoever is to read or write first
 * asks the other what it has, and then tells it the latest, or what is newly written.
 */
export function sharedRegister(): Model {
  return defineModel("shared register", (model) => {
    const net = new Network(model);
    for (let me = 0; me < SERVERS; me++) addServer(model, net, me);
    addRegisterClients(model, net, SERVERS);
    net.addActors();
  });
}

interface Server {
  readonly me: number;
  readonly other: number;
  readonly stamp: Cell;
  readonly phase: Cell;
  /** Which of the requests that may come it is busy with, plus one. */
  readonly request: Cell;
  /** The stamp that it had itself when it began to ask. */
  readonly own: Cell;
  /** What it will answer to a get. */
  readonly read: Cell;
}

function addServer(model: ModelBuilder, net: Network, me: number): void {
  const group = `server ${me}`;
  const cell = (name: string, initial = 0) => model.cell(`${group}.${name}`, initial, group);
  const server: Server = {
    ...{ me, other: 1 - me },
    stamp: cell("stamp", me),
    ...{ phase: cell("phase"), request: cell("request"), own: cell("own"), read: cell("read") },
  };
  for (const client of [0, 1]) {
    if (putsAt(client, SERVERS) === me) addRequest(net, server, `put ${client}`);
    if (getsAt(client, SERVERS) === me) addRequest(net, server, `get ${client}`);
    // The other server asks and tells for the other requests.
    if (putsAt(client, SERVERS) !== me) addPeer(net, server, `put ${client}`);
    if (getsAt(client, SERVERS) !== me) addPeer(net, server, `get ${client}`);
  }
}

/** What a server does for a client. */
function addRequest(net: Network, server: Server, request: Request): void {
  const { me, other, stamp, phase, own, read } = server;
  const name = `server ${me}`;
  const isPut = request.startsWith("put");
  const number = 1 + Number(isPut);
  const isAt = (wanted: number) => phase.value === wanted && server.request.value === number;

  const begin = () => {
    if (phase.value !== IDLE) return false;
    phase.value = ASKS;
    server.request.value = number;
    own.value = stamp.value;
    net.send(`ask for ${request} at ${other}`);
    return true;
  };
  const hear = (theirs: number) => () => {
    if (!isAt(ASKS)) return false;
    const latest = Math.max(own.value, theirs);
    const told = isPut ? nextStamp(latest, me) : latest;
    if (told > stamp.value) stamp.value = told;
    phase.value = TELLS;
    own.value = 0;
    read.value = isPut ? NOTHING : valueAt(told);
    net.send(`tell ${told} for ${request} at ${other}`);
    return true;
  };
  const finish = () => {
    if (!isAt(TELLS)) return false;
    net.send(isPut ? `${request} done by ${me}` : `got ${request.slice(4)} ${read.value}`);
    phase.value = IDLE;
    server.request.value = 0;
    read.value = 0;
    return true;
  };

  net.message(request, name, begin, { sent: isPut ? 1 : 0 });
  for (const theirs of STAMPS) net.message(`has ${theirs} for ${request}`, name, hear(theirs));
  net.message(`told for ${request}`, name, finish);
}

/** What it does for the other server. */
function addPeer(net: Network, { me, stamp }: Server, request: Request): void {
  const name = `server ${me}`;
  net.message(`ask for ${request} at ${me}`, name, () => {
    net.send(`has ${stamp.value} for ${request}`);
    return true;
  });
  for (const told of STAMPS) {
    net.message(`tell ${told} for ${request} at ${me}`, name, () => {
      if (told > stamp.value) stamp.value = told;
      net.send(`told for ${request}`);
      return true;
    });
  }
}

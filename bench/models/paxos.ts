import { defineModel, type Model, type ModelBuilder } from "../../src/explore/index.ts";
import { Network } from "./network.ts";
import { addRegisterClients, getsAt, NOTHING, putBy, putsAt } from "./register-clients.ts";

const SERVERS = 3;
const MAJORITY = 2;
const servers = Array.from({ length: SERVERS }, (_, it) => it);

/**
 * A ballot is a round and the server that proposes in it, as one number in their order: 1 and 2 are round
 * 1 of servers 0 and 1, 3 and 4 round 2. Each of them proposes once, so there are no more.
 */
const BALLOTS = [1, 2, 3, 4];
const roundOf = (ballot: number) => (ballot + 1) >> 1;
const proposerOf = (ballot: number) => (ballot - 1) & 1;
const nextBallot = (ballot: number, server: number) => 2 * roundOf(ballot) + 1 + server;

/** A vote is a ballot with the client whose value is proposed in it; 0 is none. */
const voteFor = (ballot: number, client: number) => 2 * ballot - 1 + client;
const clientOf = (vote: number) => (vote - 1) & 1;
const VOTES = [0, ...BALLOTS.flatMap((ballot) => [0, 1].map((it) => voteFor(ballot, it)))];

/**
 * Paxos for one decision by three servers, as a register for two clients. A server proposes what a
 * client puts there, if it has proposed nothing yet, and counts itself among those who answer.
 */
export function paxos(): Model {
  return defineModel("paxos", (model) => {
    const net = new Network(model);
    for (const me of servers) addServer(model, net, me);
    addRegisterClients(model, net, SERVERS);
    net.addActors();
  });
}

function cellsOf(model: ModelBuilder, me: number) {
  const group = `server ${me}`;
  const cell = (name: string) => model.cell(`${group}.${name}`, 0, group);
  return {
    ballot: cell("ballot"),
    /** The client whose value it proposes, plus one. */
    proposal: cell("proposal"),
    /** What each server voted for before it promised, plus one; 0: it has not promised. */
    promises: servers.map((it) => cell(`promise of ${it}`)),
    /** A bit for each server. */
    accepted: cell("accepted"),
    vote: cell("vote"),
    isDecided: cell("isDecided"),
  };
}

type ServerCells = ReturnType<typeof cellsOf>;

function addServer(model: ModelBuilder, net: Network, me: number): void {
  const own = cellsOf(model, me);
  const peers = servers.filter((it) => it !== me);
  const toPeers = (what: string) => {
    for (const peer of peers) net.send(`${what} to ${peer}`);
  };
  addProposer(net, me, { own, peers, toPeers });
  addAcceptor(net, me, own);
}

interface Proposer {
  readonly own: ServerCells;
  readonly peers: readonly number[];
  readonly toPeers: (what: string) => void;
}

function addProposer(net: Network, me: number, { own, peers, toPeers }: Proposer): void {
  const name = `server ${me}`;
  const { ballot, proposal, promises, accepted, vote, isDecided } = own;
  const isOpen = (of: number) => isDecided.value === 0 && ballot.value === of;

  const put = (client: number) => () => {
    if (isDecided.value !== 0 || proposal.value !== 0) return false;
    proposal.value = 1 + client;
    accepted.value = 0;
    promises.forEach((it, server) => {
      it.value = server === me ? 1 + vote.value : 0;
    });
    ballot.value = nextBallot(ballot.value, me);
    toPeers(`prepare ${ballot.value}`);
    return true;
  };
  const promised = (of: number, before: number, from: number) => () => {
    if (!isOpen(of)) return false;
    const promise = promises[from];
    if (promise !== undefined) promise.value = 1 + before;
    if (promises.filter((it) => it.value !== 0).length !== MAJORITY) return true;
    // What the latest of them voted for may be decided, so it must be proposed again.
    const latest = Math.max(...promises.map((it) => it.value)) - 1;
    if (latest > 0) proposal.value = 1 + clientOf(latest);
    const client = proposal.value - 1;
    vote.value = voteFor(of, client);
    accepted.value |= 1 << me;
    toPeers(`accept ${of} ${client}`);
    return true;
  };
  const wasAccepted = (of: number, from: number) => () => {
    if (!isOpen(of)) return false;
    accepted.value |= 1 << from;
    const count = servers.filter((it) => (accepted.value & (1 << it)) !== 0).length;
    if (count !== MAJORITY) return true;
    isDecided.value = 1;
    const client = proposal.value - 1;
    toPeers(`decided ${of} ${client}`);
    net.send(`put ${client} done by ${me}`);
    return true;
  };

  for (const client of [0, 1]) {
    if (putsAt(client, SERVERS) === me)
      net.message(`put ${client}`, name, put(client), { sent: 1 });
  }
  for (const of of BALLOTS.filter((it) => proposerOf(it) === me)) {
    for (const from of peers) {
      for (const before of VOTES)
        net.message(`promise ${of} ${before} of ${from}`, name, promised(of, before, from));
      net.message(`accepted ${of} by ${from}`, name, wasAccepted(of, from));
    }
  }
}

function addAcceptor(net: Network, me: number, { ballot, vote, isDecided }: ServerCells): void {
  const name = `server ${me}`;
  const prepare = (of: number) => () => {
    if (isDecided.value !== 0 || ballot.value >= of) return false;
    ballot.value = of;
    net.send(`promise ${of} ${vote.value} of ${me}`);
    return true;
  };
  const accept = (of: number, client: number) => () => {
    if (isDecided.value !== 0 || ballot.value > of) return false;
    ballot.value = of;
    vote.value = voteFor(of, client);
    net.send(`accepted ${of} by ${me}`);
    return true;
  };
  const decided = (of: number, client: number) => () => {
    if (isDecided.value !== 0) return false;
    ballot.value = of;
    vote.value = voteFor(of, client);
    isDecided.value = 1;
    return true;
  };
  const get = (client: number) => () => {
    if (isDecided.value === 0) return false;
    const value = vote.value === 0 ? NOTHING : putBy(clientOf(vote.value));
    net.send(`got ${client} ${value}`);
    return true;
  };

  for (const of of BALLOTS.filter((it) => proposerOf(it) !== me)) {
    net.message(`prepare ${of} to ${me}`, name, prepare(of));
    for (const client of [0, 1]) {
      net.message(`accept ${of} ${client} to ${me}`, name, accept(of, client));
      net.message(`decided ${of} ${client} to ${me}`, name, decided(of, client));
    }
  }
  for (const client of [0, 1]) {
    if (getsAt(client, SERVERS) === me) net.message(`get ${client}`, name, get(client));
  }
}

import { BLOCKED, type Cell, type ModelBuilder } from "../../src/explore/index.ts";

interface Message {
  readonly count: Cell;
  readonly receive: () => boolean;
}

/**
 * Actors that send each other messages, of which none is lost or comes twice, and any may overtake any
 * other. All that can ever be sent is declared; the state says how many of each are on their way.
 */
export class Network {
  readonly #model: ModelBuilder;
  readonly #messages = new Map<string, Message>();
  readonly #inboxes = new Map<string, Message[]>();

  constructor(model: ModelBuilder) {
    this.#model = model;
  }

  /**
   * A message and whom it is for. `receive` is what he does with it; false if he has no use for it, and
   * has done nothing: then it stays where it is.
   */
  message(name: string, to: string, receive: () => boolean, { sent = 0 } = {}): void {
    const message = { count: this.#model.cell(name, sent, name), receive };
    this.#messages.set(name, message);
    const inbox = this.#inboxes.get(to);
    if (inbox === undefined) this.#inboxes.set(to, [message]);
    else inbox.push(message);
  }

  send(name: string): void {
    const message = this.#messages.get(name);
    if (message === undefined) throw new Error(`${name}: no such message was declared`);
    message.count.value++;
  }

  /** Whoever gets messages is an agent. To be called when all messages are declared. */
  addActors(): void {
    for (const [name, inbox] of this.#inboxes) {
      const act = () => {
        const message = inbox[this.#model.choose(inbox.length)];
        if (message === undefined || message.count.value === 0) return BLOCKED;
        if (!message.receive()) return BLOCKED;
        message.count.value--;
        return "act" as const;
      };
      this.#model.agent(name, { act }, { mayWait: true });
    }
  }
}

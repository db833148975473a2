/** A queue that is measured beside this project's relay. */
export interface Rival {
  /** Adds a message to a queue that nobody works. Resolves once the server says that it is durable. */
  enqueue(message: Message): Promise<unknown>;
  /** Adds a message to the queue of the first hop. A worker of each hop adds it to the next one's. */
  start(message: Message): Promise<unknown>;
}

/** A message of about 1 KB. */
export interface Message {
  readonly id: string;
  readonly filler: string;
}

/** Adapter of a rival. `finished` is called with the message's id when the job of the last hop is over. */
export type OpenRival = (at: { readonly url: string; readonly finished: (id: string) => void }) => Promise<Rival>;

/** Hops of a relay: main to nano, nano to sg, sg to jp, jp to main. */
export const hops = [1, 2, 3, 4] as const;

import { TasukiError } from "@tasuki/protocol";
import type { OpenStore, Store } from "@tasuki/store";
import type { BusClient } from "@tasuki/bus";

/** Callback at each boundary that is reached, with its name: `accept-work.before`, `accept-work.after`, `settle-done.after`, and so on. */
export type Reach = (point: string) => void;

const form = /^(?<point>[a-z-]+\.(?:before|after)):(?<nth>[1-9][0-9]{0,5})$/;

/**
 * Parses `NAME:N` to a callback that calls `die` at the N-th time that the named point is reached: for tests of what a crash leaves behind. Throws
 * `invalid_state`.
 */
export function parseFailpoint(text: string, die: () => void): Reach {
  const { point, nth = "1" } = form.exec(text)?.groups ?? {};
  if (point === undefined)
    throw new TasukiError("invalid_state", `'${text}' is no failpoint: write NAME:N, such as accept-work.after:1 (TASUKI_FAILPOINT).`);
  let left = Number(nth);
  return (reached) => {
    if (reached === point && (left -= 1) === 0) die();
  };
}

/** Store with failpoints at its commits: `before`, nothing is written; `after`, the commit is on the disk, and nobody knows of it yet. */
export function storeWithFailpoints(store: OpenStore, reach: Reach): OpenStore {
  const around = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    reach(`${name}.before`);
    const result = await work();
    reach(`${name}.after`);
    return result;
  };
  const blobs: Store["blobs"] = {
    ...store.blobs,
    async stage(bytes, limit) {
      const staged = await store.blobs.stage(bytes, limit);
      return {
        ...staged,
        publish: () => around("publish", () => staged.publish()),
        [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
      };
    },
  };
  return {
    ...store,
    blobs,
    accept: (request, seal) => around(`accept-${request.payload.kind}`, () => store.accept(request, seal)),
    claim: (at, seal) => around("claim", () => store.claim(at, seal)),
    complete: (lease, completion, seal) => around(`complete-${completion.state}`, () => store.complete(lease, completion, seal)),
    settle: (id, settlement, seal) => around(`settle-${settlement.state}`, () => store.settle(id, settlement, seal)),
    change: (change) => around(change.runs.some(({ ended }) => ended) ? "end-run" : "change", () => store.change(change)),
    addBlob: (blob) => around("add-blob", () => store.addBlob(blob)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Client with failpoints at its calls: `before`, a task or a file is about to leave; `after`, the answer has come, and nobody has looked at it yet. */
export function clientWithFailpoints(client: BusClient, reach: Reach): BusClient {
  return {
    ...client,
    async task(envelope, options) {
      reach("send.before");
      const answer = await client.task(envelope, options);
      reach("send.after");
      return answer;
    },
    async uploadBytes(contract, blob, options) {
      reach("upload.before");
      const answer = await client.uploadBytes(contract, blob, options);
      reach("upload.after");
      return answer;
    },
  };
}

import { TasukiError } from "@tasuki/contracts";
import type { OpenStore, Store } from "@tasuki/store";
import type { BusClient } from "../client/bus-client.ts";

/** Told of each boundary that is reached, by name: `accept-work.before`, `accept-work.after`, `settle-done.after`, and so on. */
export type Reach = (point: string) => void;

const form = /^(?<point>[a-z-]+\.(?:before|after)):(?<nth>[1-9][0-9]{0,5})$/;

/**
 * `NAME:N`: what `die` does happens at the N-th time that the named point is reached. For tests of what a crash leaves behind; nothing
 * in a node asks for it. Throws `invalid_state`.
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

/** A store that tells of the boundaries of its commits: `before`, nothing is written; `after`, it is on the disk, and nobody knows yet. */
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

/** A client that tells when a task or a file is about to leave, and when its answer has come, which nobody has looked at yet. */
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

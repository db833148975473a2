import type { Blobs, StagedBlob } from "../port/blobs.ts";
import type { Store } from "../port/store.ts";

export interface LateStoreOptions {
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** A store that has announcements which only `poll` gives. */
type Polled<Of extends Store> = Of & Required<Pick<Store, "poll">>;

const mostTurns = 4;

/**
 * A store behind a network, for tests: each call begins, and is answered, a few turns late, so that calls overtake each other; and a part of
 * the announcements is held back until somebody polls. Disposing waits for the calls that are under way.
 */
export function lateStore<Of extends Store>(store: Of, { random }: LateStoreOptions): Polled<Of> {
  const turns = async (): Promise<void> => {
    for (let left = Math.floor(random() * (mostTurns + 1)); left > 0; left -= 1)
      await (random() < 0.5 ? Promise.resolve() : new Promise((resolve) => void setImmediate(resolve)));
  };
  const delayed =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      await turns();
      try {
        return await call(...given);
      } finally {
        await turns();
      }
    };

  const delayedStaged = (staged: StagedBlob): StagedBlob => ({
    ...staged,
    read: delayed(() => staged.read()),
    publish: delayed(() => staged.publish()),
  });
  const blobs: Blobs = {
    stage: delayed(async (bytes, limit) => delayedStaged(await store.blobs.stage(bytes, limit))),
    read: delayed((...given) => store.blobs.read(...given)),
    async *stream(sha256) {
      for await (const chunk of store.blobs.stream(sha256)) {
        await turns();
        yield chunk;
      }
    },
    fileOf: delayed((...given) => store.blobs.fileOf(...given)),
    moveChanged: delayed((...given) => store.blobs.moveChanged(...given)),
    copyTo: delayed((...given) => store.blobs.copyTo(...given)),
  };

  const underWay = new Set<Promise<unknown>>();
  const late = <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) => {
    const delayedCall = delayed(call);
    return (...given: Given): Promise<Result> => {
      const answered = delayedCall(...given);
      const end = (): void => void underWay.delete(answered);
      underWay.add(answered);
      answered.then(end, end);
      return answered;
    };
  };

  const unheard = new Set<() => void>();
  const hear = (listener: () => void): void => {
    if (unheard.delete(listener)) listener();
  };
  const overStore: Required<Store> = {
    instance: store.instance,
    boot: store.boot,
    blobs,
    accept: late((...given) => store.accept(...given)),
    claim: late((...given) => store.claim(...given)),
    renew: late((...given) => store.renew(...given)),
    complete: late((...given) => store.complete(...given)),
    settle: late((...given) => store.settle(...given)),
    retry: late((...given) => store.retry(...given)),
    expireLeases: late((...given) => store.expireLeases(...given)),
    change: late((...given) => store.change(...given)),
    append: late((...given) => store.append(...given)),
    savePeer: late((...given) => store.savePeer(...given)),
    addBlob: late((...given) => store.addBlob(...given)),
    loseBlob: late((...given) => store.loseBlob(...given)),
    sweepBlobs: late((...given) => store.sweepBlobs(...given)),
    giveUpUnproven: late((...given) => store.giveUpUnproven(...given)),
    task: late((...given) => store.task(...given)),
    grounds: late((...given) => store.grounds(...given)),
    statusOf: late((...given) => store.statusOf(...given)),
    evidenceOf: late((...given) => store.evidenceOf(...given)),
    tasksOf: late((...given) => store.tasksOf(...given)),
    history: late((...given) => store.history(...given)),
    filesOf: late((...given) => store.filesOf(...given)),
    blobsOf: late((...given) => store.blobsOf(...given)),
    dueTasks: late((...given) => store.dueTasks(...given)),
    dueOutbox: late((...given) => store.dueOutbox(...given)),
    outboxRow: late((...given) => store.outboxRow(...given)),
    run: late((...given) => store.run(...given)),
    runs: late((...given) => store.runs(...given)),
    feed: late((...given) => store.feed(...given)),
    feedSize: late((...given) => store.feedSize(...given)),
    envelopes: late((...given) => store.envelopes(...given)),
    position: late((...given) => store.position(...given)),
    peers: late((...given) => store.peers(...given)),
    onCommit(topics, listener) {
      // Each registration has a function of its own: a listener may wait for several things.
      const own = (): void => listener();
      const end = store.onCommit(topics, () => {
        unheard.add(own);
        if (random() < 0.5) void turns().then(() => hear(own));
      });
      return () => {
        end();
        unheard.delete(own);
      };
    },
    poll: late(async () => {
      await store.poll?.();
      for (const listener of unheard) hear(listener);
    }),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(underWay);
      await store[Symbol.asyncDispose]();
    },
  };
  return { ...store, ...overStore };
}

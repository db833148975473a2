import type { Topic } from "./store.ts";

/** A change that an operation made: a topic with its key. */
export type Change = Required<Topic>;

interface Waiting {
  readonly names: readonly string[];
  readonly listener: () => void;
}

/** A registry of listeners. */
export interface Topics {
  /** As `Store.onCommit`. */
  readonly onCommit: (topics: readonly Topic[], listener: () => void) => () => void;
  /** Calls each listener that waits for one of the changes, once. An adapter calls it after each commit, with what the commit kept. */
  readonly announce: (changes: readonly Change[]) => void;
}

export function createTopics(): Topics {
  const registry = new Set<Waiting>();
  return {
    onCommit(topics, listener) {
      const waiting = { names: topics.map(nameOf), listener };
      registry.add(waiting);
      return () => void registry.delete(waiting);
    },
    announce(changes) {
      const changed = new Set(changes.flatMap((change) => [change.topic, nameOf(change)]));
      const woken = [...registry].filter(({ names }) => names.some((name) => changed.has(name)));
      // A listener may end another one.
      for (const waiting of woken) if (registry.has(waiting)) waiting.listener();
    },
  };
}

/** Name of a topic with its key, or of the topic alone. */
function nameOf(topic: Topic): string {
  switch (topic.topic) {
    case "task":
      return topic.task === undefined ? topic.topic : `${topic.topic} ${topic.task}`;
    case "outbox":
    case "run":
      return topic.run === undefined ? topic.topic : `${topic.topic} ${topic.run}`;
    case "feed":
    case "peer":
      return topic.topic;
  }
}

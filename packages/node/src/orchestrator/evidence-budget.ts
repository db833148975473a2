/** Messages that main keeps of what one node says about one run: an honest node says a dozen for each attempt. */
const messagesAtMost = 1_000;
/** Bytes of those messages about the largest run: a receipt over 2,048 files has 620 KiB. */
const bytesAtMost = 32 * 1024 * 1024;
/** Bytes about any run, and those for each of its files: of a hundred receipts over them, with names and digests in base64. */
const bytesOfAny = 1024 * 1024;
const bytesOfFile = 100 * 400;

/** Message about a run, with the node that said it. */
export interface KeptMessage {
  readonly node: string;
  readonly run: string;
  /** SHA-256 of the envelope: other signatures under the same payload are kept as well, and count as well. */
  readonly digest: string;
  /** Bytes of the envelope. */
  readonly bytes: number;
}

/** Bound on what main keeps of what each node says about each run, so that no node fills main's disk. */
export interface EvidenceBudget {
  /** True where a message about a run of so many files is still within the bound; one that was asked for before is. */
  holds(message: KeptMessage, files: number): boolean;
  /** True for a run whose kept messages are counted. */
  isCounted(run: string): boolean;
  /** Counts messages about a run that an earlier boot of main has kept. */
  count(run: string, messages: readonly KeptMessage[]): void;
  /** Forgets a run, once nothing more is kept about it. */
  forget(run: string): void;
}

interface Spent {
  readonly digests: Set<string>;
  bytes: number;
}

export function createEvidenceBudget(): EvidenceBudget {
  const spent = new Map<string, Map<string, Spent>>();
  const counted = new Set<string>();
  const of = ({ node, run }: KeptMessage): Spent => {
    const nodes = spent.get(run) ?? new Map<string, Spent>();
    const one = nodes.get(node) ?? { digests: new Set<string>(), bytes: 0 };
    spent.set(run, nodes.set(node, one));
    return one;
  };
  const add = (to: Spent, { digest, bytes }: KeptMessage): void => {
    if (to.digests.has(digest)) return;
    to.digests.add(digest);
    to.bytes += bytes;
  };
  return {
    holds(message, files) {
      const to = of(message);
      if (to.digests.has(message.digest)) return true;
      if (to.digests.size >= messagesAtMost || to.bytes + message.bytes > Math.min(bytesAtMost, bytesOfAny + files * bytesOfFile))
        return false;
      add(to, message);
      return true;
    },
    isCounted: (run) => counted.has(run),
    count(run, messages) {
      counted.add(run);
      for (const message of messages) add(of(message), message);
    },
    forget(run) {
      spent.delete(run);
      counted.delete(run);
    },
  };
}

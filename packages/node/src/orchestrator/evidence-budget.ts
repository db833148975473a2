/** Messages that main keeps of what one node says about one run: an honest node says a dozen for each attempt. */
const messagesAtMost = 1_000;
/** Bytes of those messages: a receipt over 2,048 files has 620 KiB. */
const bytesAtMost = 32 * 1024 * 1024;

/** Bound on what main keeps of what each node says about each run, so that no node fills main's disk. */
export interface EvidenceBudget {
  /** True where a message is still within the bound; one that was asked for before is. */
  holds(message: { readonly node: string; readonly run: string; readonly digest: string; readonly bytes: number }): boolean;
  /** Forgets a run, once nothing more is kept about it. */
  forget(run: string): void;
}

export function createEvidenceBudget(): EvidenceBudget {
  const spent = new Map<string, Map<string, { readonly digests: Set<string>; bytes: number }>>();
  return {
    holds({ node, run, digest, bytes }) {
      const nodes = spent.get(run) ?? new Map<string, { readonly digests: Set<string>; bytes: number }>();
      const of = nodes.get(node) ?? { digests: new Set<string>(), bytes: 0 };
      if (of.digests.has(digest)) return true;
      if (of.digests.size >= messagesAtMost || of.bytes + bytes > bytesAtMost) return false;
      of.digests.add(digest);
      of.bytes += bytes;
      spent.set(run, nodes.set(node, of));
      return true;
    },
    forget: (run) => void spent.delete(run),
  };
}

import type { FeedEntry } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";

/** All entries of a node's feed, page by page: one page has 8 MiB at most, and a log that was lied to has more. */
export async function wholeFeed(store: Pick<Store, "feed">): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = [];
  for (;;) {
    const page = await store.feed(entries.length, 10_000);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

import type { RunRow, Store } from "@tasuki/store";

const pageSize = 200;

/** The runs that have not ended, newest first, page by page: main does what else waits between two pages, however many there are. */
export async function* openRuns(store: Pick<Store, "runs">): AsyncGenerator<readonly RunRow[], void, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = await store.runs({ open: true, limit: pageSize, ...(after !== undefined && { after }) });
    if (page.length > 0) yield page;
    after = page.at(-1)?.id;
    if (page.length < pageSize) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import { canonicalJson, verifyEnvelope } from "@tasuki/evidence";
import { receiptPayloadType } from "@tasuki/protocol";
import type { Violation } from "./history.ts";
import type { ReadEntry, ReadFeed, ReadHistory, ReadReceipt } from "./read-history.ts";

const firsts: readonly string[] = ["accepted", "fenced", "archived"];

/** Each feed by itself: indexes, leaves, signatures, and each receipt after the one before it. */
export function checkFeeds(history: ReadHistory): readonly Violation[] {
  const produced = new Set(
    history.proving.flatMap(({ read }) => read.flatMap(({ own }) => (own?.says.state === "produced" ? [own.digest] : []))),
  );
  return history.feeds.flatMap((feed) => [...checkEntries(feed), ...checkSignatures(feed, history), ...checkChains(feed, produced)]);
}

function checkEntries(feed: ReadFeed): Violation[] {
  const wrong = (entry: ReadEntry, what: string): Violation => ({
    guarantee: "R3.feed",
    what: `${feed.node} entry ${entry.index}: ${what}`,
  });
  return feed.read.flatMap((entry, at) => {
    const leaf = JSON.parse(entry.leaf) as { index?: unknown; envelopes?: unknown };
    return [
      ...(entry.index === at ? [] : [wrong(entry, `stands at ${at}`)]),
      ...(leaf.index === entry.index ? [] : [wrong(entry, `its leaf says ${String(leaf.index)}`)]),
      ...(canonicalJson(leaf) === entry.leaf ? [] : [wrong(entry, "its leaf is not canonical JSON")]),
      ...(JSON.stringify(leaf.envelopes) === JSON.stringify(entry.digests) ? [] : [wrong(entry, "its leaf names other envelopes")]),
    ];
  });
}

function checkSignatures(feed: ReadFeed, { trust }: ReadHistory): Violation[] {
  return feed.read.flatMap(({ own, index }) => {
    if (own === undefined) return [];
    const wrong = (what: string): Violation => ({
      guarantee: "R3.signed",
      what: `${feed.node} entry ${index} (${own.says.state}): ${what}`,
    });
    const { says } = own;
    try {
      verifyEnvelope(own.envelope, { trust, node: feed.node, payloadType: receiptPayloadType });
    } catch (error) {
      return [wrong(String(error))];
    }
    const said = says.node === feed.node && says.instance === feed.instance && says.index === index;
    return said ? [] : [wrong(`it speaks for entry ${says.index} of ${says.node} (${says.instance})`)];
  });
}

function checkChains({ node, role, read }: ReadFeed, produced: ReadonlySet<string>): Violation[] {
  const last = new Map<string, string>();
  return read.flatMap(({ own, index, tasks }) => {
    if (own === undefined || own.says.state === "rejected") return [];
    const expected = expectedBefore(own, { before: last.get(own.says.task), role, tasks, produced });
    if (own.says.state !== "verified") last.set(own.says.task, own.digest);
    if (expected === undefined || own.says.prev === expected) return [];
    const { state, task, prev } = own.says;
    return [{ guarantee: "R3.chain", what: `${node} entry ${index}: '${state}' of ${task} follows from ${prev}, not from ${expected}` }];
  });
}

interface Around {
  readonly before: string | undefined;
  readonly role: string;
  readonly tasks: ReadEntry["tasks"];
  readonly produced: ReadonlySet<string>;
}

/** The message that a receipt must follow from; undefined where it does. */
function expectedBefore({ says: { state, prev } }: ReadReceipt, { before, role, tasks, produced }: Around): string | undefined {
  if (role === "main" && state === "verified") return prev !== undefined && produced.has(prev) ? undefined : "a 'produced' in some feed";
  if (before !== undefined) return before;
  return firsts.includes(state) ? (tasks[0]?.digest ?? "the task beside it") : "the task's first receipt";
}

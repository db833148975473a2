import { expect, test } from "vitest";
import { Whois } from "./local-api.ts";
import { createWhoisCache } from "./whois-cache.ts";

const answerOf = (StableID: string) => Whois.parse({ Node: { StableID, Name: "one." }, UserProfile: { LoginName: "tagged-devices" } });

/** A cache over a tailscaled that answers when the test tells it to. */
function open() {
  const asked: { readonly address: string; readonly answer: (whois: Whois | undefined) => void }[] = [];
  const time = { ms: 0 };
  const whois = (address: string) => new Promise<Whois | undefined>((answer) => asked.push({ address, answer }));
  const cache = createWhoisCache({ localApi: { whois }, clock: { monotonic: () => time.ms } });
  const known = async (answer: Promise<Whois | undefined>) => (await answer)?.Node.StableID;
  return { asked, time, cache, whoIs: (address: string) => known(cache.whois(address, 1)) };
}

test("an answer to a question from before a change is nobody's afterwards", async () => {
  const { asked, cache, whoIs } = open();
  const before = whoIs("100.64.0.1");
  cache.flush();
  const after = whoIs("100.64.0.1");
  expect(asked).toHaveLength(2);
  asked[0]?.answer(answerOf("old"));
  expect(await before).toBe("old");
  // The late answer does not replace the one that is still awaited.
  const meanwhile = whoIs("100.64.0.1");
  expect(asked).toHaveLength(2);
  asked[1]?.answer(answerOf("new"));
  expect(await Promise.all([after, meanwhile, whoIs("100.64.0.1")])).toEqual(["new", "new", "new"]);
});

test("an answer is as old as its question", async () => {
  const { asked, time, whoIs } = open();
  const first = whoIs("100.64.0.1");
  time.ms = 1_500;
  asked[0]?.answer(answerOf("one"));
  await first;
  time.ms = 1_999;
  expect(await whoIs("100.64.0.1")).toBe("one");
  time.ms = 2_000;
  void whoIs("100.64.0.1");
  expect(asked).toHaveLength(2);
});

test("nobody is asked about again, each time", async () => {
  const { asked, whoIs } = open();
  for (const times of [1, 2, 3]) {
    const answer = whoIs("100.64.0.9");
    expect(asked).toHaveLength(times);
    asked.at(-1)?.answer(undefined);
    expect(await answer).toBeUndefined();
  }
});

test("256 callers are remembered, the latest", async () => {
  const { asked, whoIs } = open();
  const addresses = Array.from({ length: 257 }, (_, at) => `100.64.${at >> 8}.${at & 255}`);
  for (const address of addresses) {
    const answer = whoIs(address);
    asked.at(-1)?.answer(answerOf(address));
    await answer;
  }
  expect(await whoIs(addresses[1] ?? "")).toBe(addresses[1]);
  expect(asked).toHaveLength(257);
  void whoIs(addresses[0] ?? "");
  expect(asked).toHaveLength(258);
});

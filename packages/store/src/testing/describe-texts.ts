import { describe, expect, test } from "vitest";
import { receiptPayloadType } from "@tasuki/protocol";
import type { TextRow } from "../port/text-row.ts";
import {
  envelopeOf,
  eventOf,
  handOffOf,
  id,
  nothing,
  openFolder,
  type OpenTestStore,
  payloadOf,
  receiptOf,
  requestOf,
  run,
  saltedOf,
  withText,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const other = id(9, 2);
const rowOf = (text: string, more: Partial<TextRow> = {}): TextRow => ({ ...saltedOf(text), log: other, index: 4, run, ...more, text });
const mapOf = (...texts: readonly string[]) => new Map(texts.map((text) => [saltedOf(text).sha256, text]));

export function describeTexts(open: OpenTestStore): void {
  describe("a text", () => {
    // guarantees: R9.texts
    test("is beside the entry that names it, and among the evidence of the run that the entry is about", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await store.append(withText(receiptOf("blocked", one), "no ink"));
      await store.append(eventOf("between"));
      await store.append(withText((index) => ({ leaf: JSON.stringify({ index, run }), envelopes: [] }), "no paper"));
      await store.append(withText(receiptOf("blocked", one, id(7, 1)), "no time"));
      await store.append(withText(eventOf("about no run"), "no words"));
      await opened.reopen();
      const texts = async (from: number, limit: number) => (await opened.store.feed(from, limit)).map((entry) => entry.texts);
      expect(await texts(0, 9)).toEqual([["no ink"], undefined, ["no paper"], ["no time"], ["no words"]].map((all) => all?.map(saltedOf)));
      expect(await texts(1, 2)).toEqual([undefined, [saltedOf("no paper")]]);
      expect((await opened.store.feed(1, 1))[0]).not.toHaveProperty("texts");
      expect((await opened.store.evidenceOf(run)).texts).toEqual(mapOf("no ink", "no paper"));
      expect((await opened.store.evidenceOf(id(8, 1))).texts).toEqual(new Map());
    });

    test("of the receipt that accepts a task is given with it, and again with each replay", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const [told, untold] = [payloadOf({ id: one, kind: "nudge" }), payloadOf({ id: two })];
      await store.accept(requestOf(untold), receiptOf("accepted", two));
      const first = await store.accept(requestOf(told), withText(receiptOf("accepted", one), "it waits"));
      expect(first).toMatchObject({ is: "accepted", index: 1, texts: [saltedOf("it waits")] });
      await opened.reopen();
      const replay = await opened.store.accept(requestOf(told), receiptOf("accepted", one));
      expect(replay).toMatchObject({ is: "replayed", texts: [saltedOf("it waits")] });
      expect(await opened.store.accept(requestOf(untold), receiptOf("accepted", two))).not.toHaveProperty("texts");
    });

    test("of another node's entry is kept with a step, or with the answer that it came with, and is no text of this node's entries", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await store.change({ ...nothing, outbox: [handOffOf(three)], texts: [rowOf("no ink"), rowOf("of no run", { run: undefined })] });
      const receipt = envelopeOf({ predicate: { run, task: three, state: "accepted", index: 5 } }, receiptPayloadType);
      const texts = [rowOf("it waits", { index: 5 })];
      const settled = () => store.settle(three, { state: "done", receipt, texts }, () => eventOf("delivered"));
      expect([await settled(), await settled()]).toEqual([true, false]);
      // The feed of the other node brings both once more.
      await store.change({ ...nothing, texts: [rowOf("no ink"), ...texts] });
      expect((await store.evidenceOf(run)).texts).toEqual(mapOf("no ink", "it waits"));
      for (let times = 0; times < 6; times += 1) await store.append(eventOf("own"));
      expect((await store.feed(0, 9)).filter((entry) => "texts" in entry)).toEqual([]);
    });

    test("that is said to be of this node's own log comes with its seal, and in no other way", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await store.append(receiptOf("blocked", one));
      await store.change({ ...nothing, texts: [rowOf("never said", { log: store.instance, index: 0 })] });
      expect((await store.feed(0, 1))[0]).not.toHaveProperty("texts");
      expect((await store.evidenceOf(run)).texts).toEqual(new Map());
    });

    test("is kept with the commit that it belongs to, or not at all", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const failing = (): never => {
        throw new Error("the key is gone");
      };
      const events = [withText(receiptOf("blocked", one), "no ink"), failing];
      await expect(store.change({ ...nothing, events, texts: [rowOf("no paper")] })).rejects.toMatchObject({ code: "internal" });
      expect((await store.evidenceOf(run)).texts).toEqual(new Map());
    });
  });
}

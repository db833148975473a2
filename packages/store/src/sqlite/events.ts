import { type Envelope, type FeedEntry, receiptPayloadType, type SaltedText } from "@tasuki/protocol";
import { payloadDigest, payloadOf, type Seal, type Sealed } from "@tasuki/evidence";
import { z } from "zod";
import type { TextRow } from "../port/text-row.ts";
import type { Recorder } from "./recorder.ts";
import { toEnvelope } from "./records.ts";
import type { Sql } from "./sql.ts";

/** A kept envelope. */
interface Kept {
  readonly envelope: Envelope;
  /** Key of the envelope's row. */
  readonly key: number;
  /** SHA-256 of the envelope's payload. */
  readonly payload: string;
}

/** Facts about an event that the caller of `add` knows already. */
interface About {
  readonly run: string;
  readonly task: string;
  /** One of the event's envelopes, where it is kept already. */
  readonly held?: Kept;
}

interface EventsDeps {
  readonly sql: Sql;
  /** Name of the log that this node writes: its instance. */
  readonly log: string;
  readonly recorder: Pick<Recorder, "changed">;
}

export interface Events {
  /**
   * Seals the next index and keeps the event. A receipt of a task of this node becomes the task's newest. Without `about`, run and task are
   * read from the envelopes.
   */
  readonly add: (seal: Seal, about?: About) => Sealed & { readonly index: number; readonly kept: readonly Kept[] };
  /** Keeps texts that entries of other logs name. */
  readonly keepTexts: (texts: readonly TextRow[]) => void;
  /** Keeps an envelope. `run` is the run that it is about; without it, the one that its payload names. `digest`: of its payload, where it is known. */
  readonly keep: (envelope: Envelope, run?: string, digest?: string) => Kept;
  readonly feed: (from: number, limit: number) => FeedEntry[];
  readonly size: () => number;
  /** The newest kept envelope about a run for each of these payloads that there is. */
  readonly newest: (run: string, payloadSha256s: readonly string[]) => ReadonlyMap<string, Envelope>;
  /** Kept envelopes about a run, oldest first. */
  readonly about: (run: string) => Envelope[];
  /** Text that a receipt of this node names, unless it has none, or it is gone. */
  readonly textsOf: (receipt: Envelope) => { readonly texts?: SaltedText[] };
  /** Texts about a run, by the digests that name them. */
  readonly textsAbout: (run: string) => ReadonlyMap<string, string>;
}

interface EventRecord {
  readonly idx: number;
  readonly leaf: string;
  readonly envelopes: string;
}

interface Key {
  readonly seq: number;
}

interface Body {
  readonly body: string;
}

interface TextRecord extends Body {
  readonly idx: number;
  readonly sha256: string;
  readonly salt: string;
}

/** Size of a page of the feed, leaves and envelopes; one entry alone may have more (4 MiB, of what a node takes). */
const pageBytes = 8 * 1024 * 1024;

/** Run of a text whose entry is about none. */
const noRun = "";

/** Creates the operations on `event` and `envelope`. Envelopes are kept as they came, signatures included, so a payload may have several. */
export function createEvents({ sql, log, recorder }: EventsDeps): Events {
  const size = (): number =>
    sql<{ size: number }>("SELECT coalesce(max(idx) + 1, 0) AS size FROM event WHERE log = :log").get({ log })?.size ?? 0;

  const keep: Events["keep"] = (envelope, run, digest) => {
    const body = JSON.stringify(envelope);
    const row = { body, payload: digest ?? payloadDigest(envelope), run: run ?? factsOf(envelope).run };
    const known = sql<Key>("SELECT seq FROM envelope WHERE run IS :run AND payload = :payload AND body = :body").get(row);
    const key = (known ?? sql<Key>("INSERT INTO envelope (run, payload, body) VALUES (:run, :payload, :body) RETURNING seq").get(row))?.seq;
    if (key === undefined) throw new Error("an insert returned no row");
    return { envelope, key, payload: row.payload };
  };

  const keepText = (row: TextRow): void => {
    const insert =
      "INSERT INTO text (log, idx, sha256, salt, body, run) VALUES (:log, :index, :sha256, :salt, :text, :run) ON CONFLICT DO NOTHING";
    sql(insert).run({ ...row, run: row.run ?? noRun });
  };
  /** Texts of this node's entries, from an index to another one, by the index of the entry. */
  const textsAt = (from: number, to: number): ReadonlyMap<number, SaltedText[]> => {
    const page = `SELECT idx, sha256, salt, body FROM event JOIN text USING (log, idx)
      WHERE log = :log AND idx BETWEEN :from AND :to AND text.run = coalesce(leaf ->> 'run', '${noRun}') ORDER BY idx, sha256`;
    const texts = new Map<number, SaltedText[]>();
    for (const { idx, sha256, salt, body } of sql<TextRecord>(page).all({ log, from, to }))
      texts.set(idx, [...(texts.get(idx) ?? []), { sha256, salt, text: body }]);
    return texts;
  };

  return {
    size,
    keep,
    keepTexts(texts) {
      // Whoever signs in the name of another log says nothing about this one.
      for (const text of texts) if (text.log !== log) keepText(text);
    },
    add(seal, about) {
      const index = size();
      const sealed = seal(index);
      const { leaf, envelopes, texts = [] } = sealed;
      const kept = envelopes.map((envelope) => (envelope === about?.held?.envelope ? about.held : keep(envelope, about?.run)));
      const keys = JSON.stringify(kept.map(({ key }) => key));
      sql("INSERT INTO event (log, idx, leaf, envelopes) VALUES (:log, :index, :leaf, :keys)").run({ log, index, leaf, keys });
      const runOfLeaf = (): string | undefined => about?.run ?? Facts.parse(JSON.parse(leaf)).run;
      for (const { sha256, salt, text } of texts) keepText({ log, index, run: runOfLeaf(), sha256, salt, text });
      recorder.changed({ topic: "feed" });
      const [own] = kept;
      if (own?.envelope.payloadType === receiptPayloadType) {
        const { task, state = "" } = about === undefined ? factsOf(own.envelope) : { task: about.task };
        // A `rejected` receipt refuses other content under the task's id, and is no part of what happened to the task.
        if (state !== "rejected") sql("UPDATE task SET last_receipt = :receipt WHERE id = :task").run({ receipt: own.payload, task });
      }
      return { ...sealed, index, kept };
    },
    feed(from, limit) {
      const sized = `SELECT idx, leaf, envelopes, octet_length(leaf) + (
          SELECT coalesce(sum(octet_length(body)), 0) FROM envelope WHERE seq IN (SELECT value FROM json_each(event.envelopes))
        ) AS size FROM event WHERE log = :log AND idx >= :from ORDER BY idx LIMIT :limit`;
      const page = `SELECT idx, leaf, envelopes FROM (SELECT *, sum(size) OVER (ORDER BY idx) AS until FROM (${sized}))
        WHERE until <= :pageBytes OR until = size ORDER BY idx`;
      const entries = sql<EventRecord>(page)
        .all({ log, from, limit, pageBytes })
        // `add` wrote this text from an array of numbers.
        .map(({ idx, leaf, envelopes }) => ({ index: idx, leaf, keys: JSON.parse(envelopes) as number[] }));
      const bodies = sql<Key & Body>("SELECT seq, body FROM envelope WHERE seq IN (SELECT value FROM json_each(:keys))").all({
        keys: JSON.stringify(entries.flatMap(({ keys }) => keys)),
      });
      const kept = new Map(bodies.map((record) => [record.seq, toEnvelope(record)]));
      const texts = textsAt(from, entries.at(-1)?.index ?? from);
      return entries.map(({ index, leaf, keys }) => ({
        index,
        leaf,
        envelopes: keys.flatMap((key) => kept.get(key) ?? []),
        ...withTexts(texts.get(index)),
      }));
    },
    newest(run, payloads) {
      const newest = `SELECT max(seq) FROM envelope WHERE run = :run AND payload IN (SELECT value FROM json_each(:payloads)) GROUP BY payload`;
      const records = sql<Body & { payload: string }>(`SELECT payload, body FROM envelope WHERE seq IN (${newest})`);
      return new Map(records.all({ run, payloads: JSON.stringify(payloads) }).map((record) => [record.payload, toEnvelope(record)]));
    },
    about: (run) => sql<Body>("SELECT body FROM envelope WHERE run = :run ORDER BY seq").all({ run }).map(toEnvelope),
    textsOf(receipt) {
      const { index = -1 } = factsOf(receipt);
      return withTexts(textsAt(index, index).get(index));
    },
    textsAbout(run) {
      const texts = sql<Pick<TextRecord, "sha256" | "body">>("SELECT sha256, body FROM text WHERE run = :run").all({ run });
      return new Map(texts.map(({ sha256, body }) => [sha256, body]));
    },
  };
}

function withTexts(texts: SaltedText[] | undefined): { texts?: SaltedText[] } {
  return texts === undefined ? {} : { texts };
}

const Facts = z.object({
  run: z.string().optional(),
  task: z.string().optional(),
  state: z.string().optional(),
  index: z.number().optional(),
});
const Payload = z.union([z.object({ predicate: Facts }).transform(({ predicate }) => predicate), Facts.pick({ run: true })]);

/** Facts that a payload states about itself, without proof. They only serve to find envelopes again; decisions read verified bytes. */
function factsOf(envelope: Envelope): z.infer<typeof Facts> {
  try {
    return Payload.parse(JSON.parse(payloadOf(envelope).toString("utf8")));
  } catch {
    return {};
  }
}

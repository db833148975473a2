import { type Envelope, type FeedEntry, receiptPayloadType } from "@tasuki/contracts";
import { payloadDigest, payloadOf } from "@tasuki/evidence";
import { z } from "zod";
import type { Seal, Sealed } from "../store.ts";
import { toEnvelope } from "./records.ts";
import type { Sql } from "./statement.ts";

/** An envelope that is kept: the key of its row, and the SHA-256 of its payload. */
interface Kept {
  readonly envelope: Envelope;
  readonly key: number;
  readonly payload: string;
}

/** What whoever adds an event knows of it. */
interface About {
  readonly run: string;
  readonly task: string;
  /** Of its envelopes, one that is kept. */
  readonly held?: Kept;
}

export interface Events {
  /**
   * Seals the next index and keeps the event. Where it is a receipt of a task of this node, that is now the task's newest. Without
   * `about` the envelopes themselves are asked.
   */
  readonly add: (seal: Seal, about?: About) => Sealed & { readonly index: number; readonly kept: readonly Kept[] };
  /** Keeps an envelope. `run` where the envelope doesn't say it itself. */
  readonly keep: (envelope: Envelope, run?: string) => Kept;
  readonly feed: (from: number, limit: number) => FeedEntry[];
  readonly size: () => number;
  readonly envelope: (run: string, payloadSha256: string) => Envelope | undefined;
  /** Of a run, oldest first. */
  readonly envelopes: (run: string) => Envelope[];
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

const bodyOf = "SELECT body FROM envelope WHERE seq = :seq";

/** Envelopes are kept as they came, signatures included: of one payload there may be several. */
export function createEvents(sql: Sql): Events {
  const size = (): number => sql<{ size: number }>("SELECT coalesce(max(idx) + 1, 0) AS size FROM event").get()?.size ?? 0;

  const keep: Events["keep"] = (envelope, run) => {
    const body = JSON.stringify(envelope);
    const row = { body, payload: payloadDigest(envelope), run: run ?? factsOf(envelope).run };
    const known = sql<Key>("SELECT seq FROM envelope WHERE run IS :run AND payload = :payload AND body = :body").get(row);
    const key = (known ?? sql<Key>("INSERT INTO envelope (run, payload, body) VALUES (:run, :payload, :body) RETURNING seq").get(row))?.seq;
    if (key === undefined) throw new Error("an insert returned no row");
    return { envelope, key, payload: row.payload };
  };

  return {
    size,
    keep,
    add(seal, about) {
      const index = size();
      const { leaf, envelopes } = seal(index);
      const kept = envelopes.map((envelope) => (envelope === about?.held?.envelope ? about.held : keep(envelope, about?.run)));
      const keys = JSON.stringify(kept.map(({ key }) => key));
      sql("INSERT INTO event (idx, leaf, envelopes) VALUES (:index, :leaf, :keys)").run({ index, leaf, keys });
      const [own] = kept;
      if (own?.envelope.payloadType === receiptPayloadType) {
        const { task, state = "" } = about === undefined ? factsOf(own.envelope) : { task: about.task };
        // Other content under its id was refused: that is no part of what happened to the task.
        if (state !== "rejected") sql("UPDATE task SET last_receipt = :receipt WHERE id = :task").run({ receipt: own.payload, task });
      }
      return { index, leaf, envelopes, kept };
    },
    feed: (from, limit) =>
      sql<EventRecord>("SELECT idx, leaf, envelopes FROM event WHERE idx >= :from ORDER BY idx LIMIT :limit")
        .all({ from, limit })
        .map(({ idx, leaf, envelopes }) => ({
          index: idx,
          leaf,
          // Written by `add`.
          envelopes: (JSON.parse(envelopes) as number[]).flatMap((seq) => sql<Body>(bodyOf).all({ seq }).map(toEnvelope)),
        })),
    envelope(run, payload) {
      const newest = "SELECT body FROM envelope WHERE run = :run AND payload = :payload ORDER BY seq DESC LIMIT 1";
      return sql<Body>(newest).all({ run, payload }).map(toEnvelope).at(0);
    },
    envelopes: (run) => sql<Body>("SELECT body FROM envelope WHERE run = :run ORDER BY seq").all({ run }).map(toEnvelope),
  };
}

const Facts = z.object({ run: z.string().optional(), task: z.string().optional(), state: z.string().optional() });
const Payload = z.union([z.object({ predicate: Facts }).transform(({ predicate }) => predicate), Facts.pick({ run: true })]);

/** What an envelope is about, as far as it says so. It only finds things again; what counts is read from verified bytes by others. */
function factsOf(envelope: Envelope): z.infer<typeof Facts> {
  try {
    return Payload.parse(JSON.parse(payloadOf(envelope).toString("utf8")));
  } catch {
    return {};
  }
}

import type { DatabaseSync } from "node:sqlite";
import { TasukiError } from "@tasuki/protocol";

/**
 * The tables. Times are milliseconds since 1970; payload, block, state and health are JSON; `envelope` and `envelopes` name rows of the table
 * `envelope`. No index begins with a digest: it would put each row on a page of its own, and every changed page is written with the commit.
 */
const initial = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE task (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  run TEXT NOT NULL,
  stage TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  digest TEXT NOT NULL,
  payload TEXT NOT NULL,
  sender TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'produced', 'done', 'blocked', 'fenced')),
  attempt INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  boot TEXT,
  block TEXT,
  accepted_at INTEGER NOT NULL,
  first_receipt INTEGER NOT NULL REFERENCES envelope (seq),
  last_receipt TEXT NOT NULL,
  traceparent TEXT
) STRICT;
CREATE UNIQUE INDEX task_stage ON task (run, stage, epoch) WHERE kind = 'work';
CREATE INDEX task_run ON task (run, epoch);
CREATE INDEX task_queued ON task (seq) WHERE state = 'queued';
CREATE INDEX task_delayed ON task (not_before) WHERE state = 'queued' AND not_before > 0;
CREATE INDEX task_running ON task (lease_until) WHERE state = 'running';
CREATE INDEX task_open ON task (seq) WHERE state NOT IN ('done', 'fenced');

CREATE TABLE attachment (
  task TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  attempt INTEGER NOT NULL,
  name TEXT NOT NULL,
  contract TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  label TEXT,
  UNIQUE (task, direction, attempt, name)
) STRICT;
CREATE INDEX attachment_blob ON attachment (sha256);

CREATE TABLE blob (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, added_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE blob_contract (
  sha256 TEXT NOT NULL REFERENCES blob (sha256) ON DELETE CASCADE,
  contract TEXT NOT NULL,
  PRIMARY KEY (sha256, contract)
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (seq INTEGER PRIMARY KEY, payload TEXT NOT NULL, run TEXT, body TEXT NOT NULL) STRICT;
CREATE INDEX envelope_run ON envelope (run, payload);

CREATE TABLE event (idx INTEGER PRIMARY KEY, leaf TEXT NOT NULL, envelopes TEXT NOT NULL) STRICT;

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  receiver TEXT NOT NULL,
  run TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  payload TEXT NOT NULL,
  envelope INTEGER NOT NULL REFERENCES envelope (seq),
  carries TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'superseded', 'blocked')),
  tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  last TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'pending';
CREATE INDEX outbox_run ON outbox (run);
CREATE INDEX outbox_carries ON outbox (carries) WHERE carries IS NOT NULL;

CREATE TABLE run (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, ended INTEGER NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX run_newest ON run (created_at, id);
CREATE INDEX run_open ON run (created_at, id) WHERE ended = 0;

CREATE TABLE position (node TEXT PRIMARY KEY, instance TEXT NOT NULL, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE peer (node TEXT PRIMARY KEY, health TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Events are kept by the log that they belong to, and positions by the log that they are in: a log is an installation's, named by its
 * instance. `saved` counts the savings of a node's positions: the highest is that of its newest installation, whatever the clocks said.
 * `event` has no rowid: each event is written to the end of one tree, instead of to a table and to an index. Rows of `text` are beside the
 * events that name them, in the log of the node that wrote them, and can be deleted. Rows of `run` count their changes; those of `blob` say
 * when a sweep marked them, and whether their files are being deleted.
 */
const logs = `
ALTER TABLE event RENAME TO event_without_log;
CREATE TABLE event (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  leaf TEXT NOT NULL,
  envelopes TEXT NOT NULL,
  PRIMARY KEY (log, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO event SELECT (SELECT value FROM meta WHERE key = 'instance'), idx, leaf, envelopes FROM event_without_log ORDER BY idx;
DROP TABLE event_without_log;

ALTER TABLE position RENAME TO position_without_log;
CREATE TABLE position (
  node TEXT NOT NULL,
  log TEXT NOT NULL,
  next INTEGER NOT NULL,
  saved INTEGER NOT NULL,
  PRIMARY KEY (node, log)
) STRICT, WITHOUT ROWID;
INSERT INTO position SELECT node, instance, next, 1 FROM position_without_log;
DROP TABLE position_without_log;

CREATE TABLE text (
  run TEXT NOT NULL,
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  salt TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run, log, idx, sha256)
) STRICT, WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN node TEXT;

ALTER TABLE run ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

ALTER TABLE blob ADD COLUMN doomed_at INTEGER;
ALTER TABLE blob ADD COLUMN deleting INTEGER NOT NULL DEFAULT 0;
`;

/** A position names the last leaf before it by its digest, so that a feed which has become another one is found out. */
const knownAgain = `
ALTER TABLE position ADD COLUMN leaf TEXT;
`;

/**
 * Senders have turns: `served` counts the claims, and is that of a sender's last one. Work is `unproven` until main has said a word of it. Tasks of
 * before have a place in the turns, too.
 */
const turns = `
ALTER TABLE task ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;
DROP INDEX task_queued;
CREATE INDEX task_queued ON task (unproven, sender, seq) WHERE state = 'queued';
CREATE INDEX task_unproven ON task (accepted_at) WHERE unproven = 1;
CREATE TABLE turn (sender TEXT PRIMARY KEY, served INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
INSERT INTO turn (sender) SELECT DISTINCT sender FROM task;
`;

/**
 * The bytes of small blobs, in the order in which they came: `blob` names their row, and takes it along when it is deleted. Rows of before have none, and
 * their files hold the bytes.
 */
const contents = `
CREATE TABLE content (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
ALTER TABLE blob ADD COLUMN content INTEGER;
CREATE TRIGGER blob_content AFTER DELETE ON blob WHEN old.content IS NOT NULL BEGIN
  DELETE FROM content WHERE id = old.content;
END;
`;

/** Steps from each version to the next, in order; a released step is never changed. `user_version` counts the steps that a database has taken. */
export const migrations = [
  "", // Version 1 was never released, and no step leads on from it; databases with its number still exist.
  initial,
  logs,
  knownAgain,
  turns,
  contents,
];

/**
 * Brings a database to this program's schema, in one transaction. Throws `invalid_state` for a database of a newer program, or of one from
 * before the first release.
 */
export function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length)
    throw new TasukiError(
      "invalid_state",
      `${path} has schema ${version}, and this program knows ${migrations.length}: start the newer program that wrote it`,
    );
  if (version === 1)
    throw new TasukiError("invalid_state", `${path} was written by a program from before the first release: use another data folder`);
  if (version === migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${migrations.length}`);
  db.exec("COMMIT");
}

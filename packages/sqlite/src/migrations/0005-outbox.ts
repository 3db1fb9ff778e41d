/**
 * Intents, their history, and the links between the caller's names and Jobber's ids. The indexes of
 * intents:
 *
 * - `open` finds the intents of a lane that may still run, `due` those that a look for work offers.
 *   Neither contains finished intents, so that looking costs the same with ten or ten million.
 * - `held` finds intents that wait for an id. `done` finds the newest change of an object.
 * - `by_state` serves lists and leaves out `done` intents, which are nearly all.
 *
 * `jobber_intent_matches` finds creates that share an e-mail address or a phone number, by hashes.
 */
export const MIGRATION_0005 = `
CREATE TABLE jobber_intents (
  sequence INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object_id TEXT,
  ref TEXT,
  creates INTEGER NOT NULL,
  lane TEXT,
  verb TEXT NOT NULL,
  action TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  depends_on TEXT NOT NULL,
  matches TEXT NOT NULL,
  by TEXT,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  looks INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  forced INTEGER NOT NULL DEFAULT 0,
  detail TEXT,
  paused_at INTEGER,
  finished_at INTEGER,
  claim_id TEXT,
  UNIQUE (tenant, key)
) STRICT;
CREATE INDEX jobber_intents_open ON jobber_intents (tenant, object_type, lane, sequence)
  WHERE state IN ('waiting', 'claimed', 'sent', 'uncertain');
CREATE INDEX jobber_intents_due ON jobber_intents (due_at, tenant, object_type, lane)
  WHERE state IN ('waiting', 'claimed', 'sent', 'uncertain');
CREATE INDEX jobber_intents_held ON jobber_intents (sequence) WHERE state = 'held';
CREATE INDEX jobber_intents_done ON jobber_intents (tenant, object_type, object_id, finished_at)
  WHERE state = 'done';
CREATE INDEX jobber_intents_by_state ON jobber_intents (state, sequence, tenant)
  WHERE state <> 'done';

CREATE TABLE jobber_intent_matches (
  tenant TEXT NOT NULL,
  match TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (tenant, match, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_links (
  tenant TEXT NOT NULL,
  object_type TEXT NOT NULL,
  ref TEXT NOT NULL,
  object_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (tenant, object_type, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobber_links_object ON jobber_links (tenant, object_type, object_id, position);

CREATE TABLE jobber_intent_log (
  tenant TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT
) STRICT;
CREATE INDEX jobber_intent_log_intent ON jobber_intent_log (sequence);
`;

/**
 * Intents, their history, and the links between the caller's names and Jobber's ids.
 * `jobber_intent_matches` finds creates that share an e-mail address or a phone number, by hashes.
 */
export const MIGRATION_0005: readonly string[] = [
  `CREATE TABLE jobber_intents (
  sequence bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C",
  ref text COLLATE "C",
  creates boolean NOT NULL,
  lane text COLLATE "C",
  verb text NOT NULL,
  action jsonb NOT NULL,
  content_hash text NOT NULL,
  depends_on jsonb NOT NULL,
  matches jsonb NOT NULL,
  by text,
  created_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'waiting', 'claimed', 'sent', 'uncertain', 'paused',
    'done', 'rejected', 'conflict', 'check', 'cancelled')),
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  looks integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  delay_ms double precision NOT NULL DEFAULT 0,
  sent_at timestamptz,
  forced boolean NOT NULL DEFAULT false,
  detail jsonb,
  paused_at timestamptz,
  finished_at timestamptz,
  claim_id text,
  UNIQUE (tenant, key)
)`,

  `CREATE INDEX jobber_intents_open ON jobber_intents (tenant, object_type, lane, sequence)
  WHERE state IN ('waiting', 'claimed', 'sent', 'uncertain')`,

  `CREATE INDEX jobber_intents_held ON jobber_intents (sequence) WHERE state = 'held'`,

  `CREATE INDEX jobber_intents_done ON jobber_intents (tenant, object_type, object_id, finished_at)
  WHERE state = 'done'`,

  `CREATE INDEX jobber_intents_by_state ON jobber_intents (state, sequence) WHERE state <> 'done'`,

  `CREATE INDEX jobber_intents_over ON jobber_intents (finished_at)
  WHERE state IN ('done', 'cancelled')`,

  `CREATE TABLE jobber_intent_matches (
  tenant text COLLATE "C" NOT NULL,
  match text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (tenant, match, sequence)
)`,

  `CREATE TABLE jobber_links (
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  ref text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (tenant, object_type, ref)
)`,

  `CREATE INDEX jobber_links_object ON jobber_links (tenant, object_type, object_id, position)`,

  `CREATE TABLE jobber_intent_log (
  tenant text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  position bigint NOT NULL,
  at timestamptz NOT NULL,
  event text NOT NULL,
  state text NOT NULL,
  reason text
)`,

  `CREATE INDEX jobber_intent_log_intent ON jobber_intent_log (sequence, position)`,
];

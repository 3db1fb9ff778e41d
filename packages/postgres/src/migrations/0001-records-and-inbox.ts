/** The first version of the tables. Names are unqualified: the search path says where they go. */
export const MIGRATION_0001: readonly string[] = [
  `CREATE TABLE jobber_migrations (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)`,

  `CREATE SEQUENCE jobber_sequence AS bigint`,

  `CREATE TABLE jobber_contacts (
  tenant text COLLATE "C" NOT NULL,
  jobber_client_id text COLLATE "C" NOT NULL,
  name text,
  first_name text,
  last_name text,
  company_name text,
  email text,
  phone text,
  is_lead boolean,
  is_archived boolean,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  web_uri text,
  source_created_at timestamptz,
  source_updated_at timestamptz,
  deleted_at timestamptz,
  version text COLLATE "C" NOT NULL,
  field_versions jsonb,
  last_outcome text NOT NULL,
  PRIMARY KEY (tenant, jobber_client_id)
)`,

  `CREATE TABLE jobber_jobs (
  tenant text COLLATE "C" NOT NULL,
  jobber_job_id text COLLATE "C" NOT NULL,
  job_number bigint,
  title text,
  status text,
  jobber_status text,
  scheduled_at timestamptz,
  ends_at timestamptz,
  completed_at timestamptz,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  jobber_client_id text COLLATE "C",
  total double precision,
  web_uri text,
  source_created_at timestamptz,
  source_updated_at timestamptz,
  deleted_at timestamptz,
  version text COLLATE "C" NOT NULL,
  field_versions jsonb,
  last_outcome text NOT NULL,
  PRIMARY KEY (tenant, jobber_job_id)
)`,

  `CREATE INDEX jobber_jobs_client ON jobber_jobs (tenant, jobber_client_id)`,

  `CREATE TABLE jobber_submissions (
  tenant text COLLATE "C" NOT NULL,
  delivery_key text COLLATE "C" NOT NULL,
  channel text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (tenant, delivery_key)
)`,

  `CREATE INDEX jobber_submissions_position ON jobber_submissions (tenant, position)`,

  `CREATE TABLE jobber_deliveries (
  sequence bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  object_type text COLLATE "C" NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  delivery_key text COLLATE "C" NOT NULL,
  topic text,
  state text NOT NULL
    CHECK (state IN ('waiting', 'claimed', 'done', 'unresolved', 'paused', 'quarantined', 'dead')),
  reason text,
  body bytea,
  body_sha256 bytea,
  received_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  retries integer NOT NULL DEFAULT 0,
  recheck_since timestamptz,
  paused_at timestamptz,
  paused_ms bigint NOT NULL DEFAULT 0,
  finished_at timestamptz,
  claim_id text
)`,

  // A key ends in the instant of its change: beginning with that, the keys of a day lie together, and a batch writes few pages.
  `CREATE INDEX jobber_deliveries_key ON jobber_deliveries (right(delivery_key, 20), tenant, delivery_key)`,

  `CREATE INDEX jobber_deliveries_open ON jobber_deliveries (tenant, object_type, object_id)
  WHERE state IN ('waiting', 'claimed')`,

  `CREATE INDEX jobber_deliveries_due ON jobber_deliveries (due_at) WHERE state = 'waiting'`,

  `CREATE INDEX jobber_deliveries_claimed ON jobber_deliveries (due_at) WHERE state = 'claimed'`,

  `CREATE INDEX jobber_deliveries_aside ON jobber_deliveries (sequence)
  WHERE state IN ('unresolved', 'paused', 'quarantined', 'dead')`,

  `CREATE INDEX jobber_deliveries_paused ON jobber_deliveries (tenant, object_type, object_id)
  WHERE state = 'paused'`,

  `CREATE INDEX jobber_deliveries_failed ON jobber_deliveries (finished_at)
  WHERE state IN ('unresolved', 'quarantined', 'dead')`,

  `CREATE INDEX jobber_deliveries_bodies ON jobber_deliveries (finished_at)
  WHERE state = 'done' AND body IS NOT NULL`,

  // Places and turns in milliseconds since 1970, so that they are the very numbers that core's nextSlotAt gives.
  `CREATE TABLE jobber_tenants (
  tenant text COLLATE "C" PRIMARY KEY,
  next_slot_at double precision,
  next_retry_at double precision,
  last_wait_ms double precision,
  resumed_at timestamptz
)`,
];

/** Records and submissions. Names are unqualified: the search path selects the schema. */
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
  is_company boolean,
  is_lead boolean,
  is_archived boolean,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  web_uri text,
  source_created_at timestamptz,
  extra jsonb,
  source_updated_at timestamptz,
  deleted_at timestamptz,
  version text COLLATE "C" NOT NULL,
  field_versions jsonb,
  last_outcome text NOT NULL,
  last_replaced json,
  PRIMARY KEY (tenant, jobber_client_id)
)`,

  `CREATE TABLE jobber_jobs (
  tenant text COLLATE "C" NOT NULL,
  jobber_job_id text COLLATE "C" NOT NULL,
  job_number bigint,
  job_type text,
  instructions text,
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
  jobber_property_id text COLLATE "C",
  source_created_at timestamptz,
  extra jsonb,
  source_updated_at timestamptz,
  deleted_at timestamptz,
  version text COLLATE "C" NOT NULL,
  field_versions jsonb,
  last_outcome text NOT NULL,
  last_replaced json,
  PRIMARY KEY (tenant, jobber_job_id)
)`,

  `CREATE INDEX jobber_jobs_client ON jobber_jobs (tenant, jobber_client_id)`,

  `CREATE INDEX jobber_jobs_property ON jobber_jobs (tenant, jobber_property_id)`,

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
];

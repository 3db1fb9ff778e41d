/** Contacts, jobs, submissions, and the sequence that orders writes. */
export const MIGRATION_0001 = `
CREATE TABLE jobber_sequence (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  value INTEGER NOT NULL
) STRICT;
INSERT INTO jobber_sequence (id, value) VALUES (1, 0);

CREATE TABLE jobber_contacts (
  tenant TEXT NOT NULL,
  jobber_client_id TEXT NOT NULL,
  name TEXT,
  first_name TEXT,
  last_name TEXT,
  company_name TEXT,
  email TEXT,
  phone TEXT,
  is_company INTEGER,
  is_lead INTEGER,
  is_archived INTEGER,
  street TEXT,
  city TEXT,
  state TEXT,
  postal_code TEXT,
  country TEXT,
  web_uri TEXT,
  source_created_at TEXT,
  extra TEXT,
  source_updated_at TEXT,
  deleted_at TEXT,
  version TEXT NOT NULL,
  field_versions TEXT,
  PRIMARY KEY (tenant, jobber_client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobber_jobs (
  tenant TEXT NOT NULL,
  jobber_job_id TEXT NOT NULL,
  job_number INTEGER,
  job_type TEXT,
  instructions TEXT,
  title TEXT,
  status TEXT,
  jobber_status TEXT,
  scheduled_at TEXT,
  ends_at TEXT,
  completed_at TEXT,
  street TEXT,
  city TEXT,
  state TEXT,
  postal_code TEXT,
  country TEXT,
  jobber_client_id TEXT,
  total REAL,
  web_uri TEXT,
  jobber_property_id TEXT,
  source_created_at TEXT,
  extra TEXT,
  source_updated_at TEXT,
  deleted_at TEXT,
  version TEXT NOT NULL,
  field_versions TEXT,
  PRIMARY KEY (tenant, jobber_job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobber_jobs_by_client ON jobber_jobs (tenant, jobber_client_id);
CREATE INDEX jobber_jobs_by_property ON jobber_jobs (tenant, jobber_property_id);

CREATE TABLE jobber_submissions (
  tenant TEXT NOT NULL,
  delivery_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant, delivery_key)
) STRICT;
`;

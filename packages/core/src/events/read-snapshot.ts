import type { EventWarning, SnapshotAddress, SnapshotClient, SnapshotJob } from "./jobber-event.ts";
import { readInstant, readInteger, readNumber, readText } from "./read-values.ts";
import type { AddressData, ClientData, JobData } from "./schemas.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

// Field by field, each where it is given: absent and null mean different things, and a table of readers costs twice as much.

/** The job of a snapshot. */
export function readJob(data: JobData, warnings: EventWarning[]): SnapshotJob {
  const job: Draft<SnapshotJob> = { id: String(data.id) };
  if (data.job_number !== undefined)
    job.job_number = readInteger(data.job_number, "data.job_number", warnings);
  if (data.title !== undefined) job.title = readText(data.title);
  if (data.status !== undefined) job.status = readText(data.status);
  if (data.scheduled_at !== undefined)
    job.scheduled_at = readInstant(data.scheduled_at, "data.scheduled_at", warnings);
  if (data.ends_at !== undefined) job.ends_at = readInstant(data.ends_at, "data.ends_at", warnings);
  if (data.completed_at !== undefined)
    job.completed_at = readInstant(data.completed_at, "data.completed_at", warnings);
  if (data.total !== undefined) job.total = readNumber(data.total, "data.total", warnings);
  if (data.web_uri !== undefined) job.web_uri = readText(data.web_uri);
  if (data.client !== undefined) job.client = data.client && readClient(data.client);
  if (data.address !== undefined) job.address = data.address && readAddress(data.address);
  return job;
}

/** The client of a snapshot, or the one inside a job. */
export function readClient(data: ClientData): SnapshotClient {
  const client: Draft<SnapshotClient> = { id: String(data.id) };
  if (data.name !== undefined) client.name = readText(data.name);
  if (data.first_name !== undefined) client.first_name = readText(data.first_name);
  if (data.last_name !== undefined) client.last_name = readText(data.last_name);
  if (data.company_name !== undefined) client.company_name = readText(data.company_name);
  if (data.email !== undefined) client.email = readText(data.email);
  if (data.phone !== undefined) client.phone = readText(data.phone);
  if (data.address !== undefined) client.address = data.address && readAddress(data.address);
  if (data.web_uri !== undefined) client.web_uri = readText(data.web_uri);
  return client;
}

function readAddress(data: NonNullable<AddressData>): SnapshotAddress {
  const address: Draft<SnapshotAddress> = {};
  if (data.street !== undefined) address.street = readText(data.street);
  if (data.city !== undefined) address.city = readText(data.city);
  if (data.state !== undefined) address.state = readText(data.state);
  if (data.postal_code !== undefined) address.postal_code = readText(data.postal_code);
  if (data.country !== undefined) address.country = readText(data.country);
  return address;
}

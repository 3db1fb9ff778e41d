import type { EventWarning, SnapshotAddress, SnapshotClient, SnapshotJob } from "./jobber-event.ts";
import {
  isObject,
  readId,
  readInstant,
  readInteger,
  readNumber,
  readText,
  type Unchecked,
} from "./read-values.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

// Field by field into fresh objects: a table of readers takes twice as long, and so does a helper
// that sets a field by its name.

/** Reads the job of a snapshot. */
export function readJob(data: Unchecked, id: string, warnings: EventWarning[]): SnapshotJob {
  const job: Draft<SnapshotJob> = { id };
  const jobNumber = readInteger(data.job_number, "data.", "job_number", warnings);
  if (jobNumber !== undefined) job.job_number = jobNumber;
  const jobType = readText(data.job_type, "data.", "job_type", warnings);
  if (jobType !== undefined) job.job_type = jobType;
  const title = readText(data.title, "data.", "title", warnings);
  if (title !== undefined) job.title = title;
  const status = readText(data.status, "data.", "status", warnings);
  if (status !== undefined) job.status = status;
  const scheduledAt = readInstant(data.scheduled_at, "data.", "scheduled_at", warnings);
  if (scheduledAt !== undefined) job.scheduled_at = scheduledAt;
  const endsAt = readInstant(data.ends_at, "data.", "ends_at", warnings);
  if (endsAt !== undefined) job.ends_at = endsAt;
  const completedAt = readInstant(data.completed_at, "data.", "completed_at", warnings);
  if (completedAt !== undefined) job.completed_at = completedAt;
  const total = readNumber(data.total, "data.", "total", warnings);
  if (total !== undefined) job.total = total;
  const webUri = readText(data.web_uri, "data.", "web_uri", warnings);
  if (webUri !== undefined) job.web_uri = webUri;
  const client = readJobsClient(data.client, warnings);
  if (client !== undefined) job.client = client;
  const address = readAddress(data.address, "data.", warnings);
  if (address !== undefined) job.address = address;
  return job;
}

/**
 * Reads the client of a snapshot.
 *
 * @param path of the client in the body, with a trailing dot
 */
export function readClient(
  data: Unchecked,
  id: string,
  path: string,
  warnings: EventWarning[],
): SnapshotClient {
  const client: Draft<SnapshotClient> = { id };
  const name = readText(data.name, path, "name", warnings);
  if (name !== undefined) client.name = name;
  const firstName = readText(data.first_name, path, "first_name", warnings);
  if (firstName !== undefined) client.first_name = firstName;
  const lastName = readText(data.last_name, path, "last_name", warnings);
  if (lastName !== undefined) client.last_name = lastName;
  const companyName = readText(data.company_name, path, "company_name", warnings);
  if (companyName !== undefined) client.company_name = companyName;
  const email = readText(data.email, path, "email", warnings);
  if (email !== undefined) client.email = email;
  const phone = readText(data.phone, path, "phone", warnings);
  if (phone !== undefined) client.phone = phone;
  const address = readAddress(data.address, path, warnings);
  if (address !== undefined) client.address = address;
  const webUri = readText(data.web_uri, path, "web_uri", warnings);
  if (webUri !== undefined) client.web_uri = webUri;
  return client;
}

/** A client without a usable id is dropped, so that the rest of the job is kept. */
function readJobsClient(
  value: unknown,
  warnings: EventWarning[],
): SnapshotClient | null | undefined {
  if (value === undefined || value === null) return value;
  const id = isObject(value) ? readId(value.id) : undefined;
  if (isObject(value) && id !== undefined) return readClient(value, id, "data.client.", warnings);
  warnings.push({
    code: "unusable_part",
    path: isObject(value) ? "data.client.id" : "data.client",
  });
  return undefined;
}

function readAddress(
  value: unknown,
  parent: string,
  warnings: EventWarning[],
): SnapshotAddress | null | undefined {
  if (value === undefined || value === null) return value;
  if (!isObject(value)) {
    warnings.push({ code: "unusable_part", path: `${parent}address` });
    return undefined;
  }
  const path = `${parent}address.`;
  const address: Draft<SnapshotAddress> = {};
  const street = readText(value.street, path, "street", warnings);
  if (street !== undefined) address.street = street;
  const city = readText(value.city, path, "city", warnings);
  if (city !== undefined) address.city = city;
  const state = readText(value.state, path, "state", warnings);
  if (state !== undefined) address.state = state;
  const postalCode = readText(value.postal_code, path, "postal_code", warnings);
  if (postalCode !== undefined) address.postal_code = postalCode;
  const country = readText(value.country, path, "country", warnings);
  if (country !== undefined) address.country = country;
  return address;
}

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

// Field by field into fresh objects: a table of readers takes twice as long.

/** Reads the job of a snapshot. */
export function readJob(data: Unchecked, id: string, warnings: EventWarning[]): SnapshotJob {
  const job: Draft<SnapshotJob> = { id };
  set(job, "job_number", readInteger(data.job_number, "data.job_number", warnings));
  set(job, "job_type", readText(data.job_type, "data.job_type", warnings));
  set(job, "title", readText(data.title, "data.title", warnings));
  set(job, "status", readText(data.status, "data.status", warnings));
  set(job, "scheduled_at", readInstant(data.scheduled_at, "data.scheduled_at", warnings));
  set(job, "ends_at", readInstant(data.ends_at, "data.ends_at", warnings));
  set(job, "completed_at", readInstant(data.completed_at, "data.completed_at", warnings));
  set(job, "total", readNumber(data.total, "data.total", warnings));
  set(job, "web_uri", readText(data.web_uri, "data.web_uri", warnings));
  set(job, "client", readJobsClient(data.client, warnings));
  set(job, "address", readAddress(data.address, "data.address", warnings));
  return job;
}

/**
 * Reads the client of a snapshot.
 *
 * @param path of the client in the body
 */
export function readClient(
  data: Unchecked,
  id: string,
  path: string,
  warnings: EventWarning[],
): SnapshotClient {
  const client: Draft<SnapshotClient> = { id };
  set(client, "name", readText(data.name, `${path}.name`, warnings));
  set(client, "first_name", readText(data.first_name, `${path}.first_name`, warnings));
  set(client, "last_name", readText(data.last_name, `${path}.last_name`, warnings));
  set(client, "company_name", readText(data.company_name, `${path}.company_name`, warnings));
  set(client, "email", readText(data.email, `${path}.email`, warnings));
  set(client, "phone", readText(data.phone, `${path}.phone`, warnings));
  set(client, "address", readAddress(data.address, `${path}.address`, warnings));
  set(client, "web_uri", readText(data.web_uri, `${path}.web_uri`, warnings));
  return client;
}

/** A client without a usable id is dropped, so that the rest of the job is kept. */
function readJobsClient(
  value: unknown,
  warnings: EventWarning[],
): SnapshotClient | null | undefined {
  if (value === undefined || value === null) return value;
  const id = isObject(value) ? readId(value.id) : undefined;
  if (isObject(value) && id !== undefined) return readClient(value, id, "data.client", warnings);
  warnings.push({
    code: "unusable_part",
    path: isObject(value) ? "data.client.id" : "data.client",
  });
  return undefined;
}

function readAddress(
  value: unknown,
  path: string,
  warnings: EventWarning[],
): SnapshotAddress | null | undefined {
  if (value === undefined || value === null) return value;
  if (!isObject(value)) {
    warnings.push({ code: "unusable_part", path });
    return undefined;
  }
  const address: Draft<SnapshotAddress> = {};
  set(address, "street", readText(value.street, `${path}.street`, warnings));
  set(address, "city", readText(value.city, `${path}.city`, warnings));
  set(address, "state", readText(value.state, `${path}.state`, warnings));
  set(address, "postal_code", readText(value.postal_code, `${path}.postal_code`, warnings));
  set(address, "country", readText(value.country, `${path}.country`, warnings));
  return address;
}

function set<T, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}

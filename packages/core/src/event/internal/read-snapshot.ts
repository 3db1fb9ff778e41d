import type { EventWarning, SnapshotAddress, SnapshotClient, SnapshotJob } from "../jobber-event.ts";
import { readInstant, readInteger, readNumber, readText } from "./read-values.ts";
import type { AddressData, ClientData, JobData } from "./schemas.ts";

/** The job of a snapshot, field by field into a fresh object: what is not known is not taken. */
export function readJob(data: JobData, warnings: EventWarning[]): SnapshotJob {
  return present({
    id: String(data.id),
    job_number: readInteger(data.job_number, "data.job_number", warnings),
    title: readText(data.title),
    status: readText(data.status),
    scheduled_at: readInstant(data.scheduled_at, "data.scheduled_at", warnings),
    ends_at: readInstant(data.ends_at, "data.ends_at", warnings),
    completed_at: readInstant(data.completed_at, "data.completed_at", warnings),
    total: readNumber(data.total, "data.total", warnings),
    web_uri: readText(data.web_uri),
    client: data.client && readClient(data.client),
    address: readAddress(data.address),
  });
}

/** The client of a snapshot, or the one inside a job. */
export function readClient(data: ClientData): SnapshotClient {
  return present({
    id: String(data.id),
    name: readText(data.name),
    first_name: readText(data.first_name),
    last_name: readText(data.last_name),
    company_name: readText(data.company_name),
    email: readText(data.email),
    phone: readText(data.phone),
    address: readAddress(data.address),
    web_uri: readText(data.web_uri),
  });
}

function readAddress(data: AddressData): SnapshotAddress | null | undefined {
  if (data === undefined || data === null) return data;
  return present({
    street: readText(data.street),
    city: readText(data.city),
    state: readText(data.state),
    postal_code: readText(data.postal_code),
    country: readText(data.country),
  });
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Takes out the keys that hold `undefined`: absent and `null` mean different things. */
function present<T extends object>(object: T): Present<T> {
  for (const key in object) if (object[key] === undefined) delete object[key];
  return object as unknown as Present<T>;
}

import { mapJobStatus } from "@jobber-sync/core";
import type { FetchedJob } from "@jobber-sync/core/ports";
import type { JobData } from "../documents/job-fields.ts";
import { addressFields } from "./address-fields.ts";
import type { Mapping } from "./mapping.ts";
import { readExtra } from "./read-extra.ts";
import {
  readId,
  readNumber,
  readObject,
  readOptionalId,
  readText,
  readTime,
  readUpdatedAt,
} from "./read-values.ts";

/**
 * Maps a Jobber job to a job record with every field, including the address of its property. The
 * total stays in currency units.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` when a value is not of the expected type
 */
export function mapJob(
  data: JobData,
  { statusOverrides: overrides, extra }: Mapping = {},
): FetchedJob {
  const job = readObject(data, "job");
  const completedAt = readTime(job.completedAt, "job.completedAt");
  const jobType = readText(job.jobType, "job.jobType");
  const status = readText(job.jobStatus, "job.jobStatus");
  const fields: FetchedJob["fields"] = {
    jobNumber: readNumber(job.jobNumber, "job.jobNumber"),
    jobType,
    title: readText(job.title, "job.title"),
    instructions: readText(job.instructions, "job.instructions"),
    ...(status === null
      ? { status: null, jobberStatus: null }
      : mapJobStatus(status, { jobType, completedAt, overrides })),
    scheduledAt: readTime(job.startAt, "job.startAt"),
    endsAt: readTime(job.endAt, "job.endAt"),
    completedAt,
    ...addressFields(job.property?.address, "job.property.address"),
    jobberClientId: readId(job.client?.id, "job.client.id"),
    total: readNumber(job.total, "job.total"),
    webUri: readText(job.jobberWebUri, "job.jobberWebUri"),
    jobberPropertyId: readOptionalId(job.property?.id, "job.property.id"),
    sourceCreatedAt: readTime(job.createdAt, "job.createdAt"),
    ...readExtra(job, extra?.job ?? null),
  };
  return {
    jobberJobId: readId(job.id, "job.id"),
    sourceUpdatedAt: readUpdatedAt(job.updatedAt, "job.updatedAt"),
    fields,
  };
}

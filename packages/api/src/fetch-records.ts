import type { StatusOverrides } from "@jobber-sync/core";
import type {
  FetchedClient,
  FetchedJob,
  FetchedRecords,
  RecordSource,
} from "@jobber-sync/core/ports";
import { ACCOUNT_DOCUMENT } from "./documents/account-document.ts";
import { CLIENT_DOCUMENT } from "./documents/client-document.ts";
import { JOB_DOCUMENT, type JobWithClientData } from "./documents/job-document.ts";
import type { PageData } from "./documents/page.ts";
import { PROPERTY_DOCUMENT } from "./documents/property-document.ts";
import { VISIT_DOCUMENT } from "./documents/visit-document.ts";
import { mapClient } from "./mapping/map-client.ts";
import { mapJob } from "./mapping/map-job.ts";
import { readId, sameId, unexpected } from "./mapping/read-values.ts";
import type { ApiRequest } from "./request.ts";

// 20 jobs with their clients cost less than a tenth of the bucket; few properties have more jobs.
const PROPERTY_PAGE = 20;

/** Creates `RecordSource.fetch`: one query per object, or one per 20 jobs of a property. */
export function createFetchRecords(
  request: ApiRequest,
  statusOverrides: StatusOverrides,
): RecordSource["fetch"] {
  function records(jobs: readonly JobWithClientData[]): FetchedRecords {
    const contacts = new Map<string, FetchedClient>();
    const mapped = jobs.map((job): FetchedJob => {
      const contact = mapClient(job.client);
      contacts.set(contact.jobberClientId, contact);
      return mapJob(job, statusOverrides);
    });
    return { jobs: mapped, contacts: [...contacts.values()] };
  }

  async function propertyJobs(
    tenant: string,
    id: string,
    signal: AbortSignal,
  ): Promise<readonly JobWithClientData[] | null> {
    const jobs: JobWithClientData[] = [];
    for (let after: string | null = null; ; ) {
      const variables = { id, first: PROPERTY_PAGE, after };
      const { property } = await request(tenant, PROPERTY_DOCUMENT, variables, { signal });
      if (!found(property, "property")) return null;
      const page = checkPage(property.jobs, "property.jobs");
      jobs.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return jobs;
      after = nextCursor(page, after, "property.jobs");
    }
  }

  return async (tenant, type, id, { signal }) => {
    switch (type) {
      case "job": {
        const { job } = await request(tenant, JOB_DOCUMENT, { id }, { signal });
        return found(job, "job") ? records([job]) : null;
      }
      case "client": {
        const { client } = await request(tenant, CLIENT_DOCUMENT, { id }, { signal });
        return found(client, "client") ? { jobs: [], contacts: [mapClient(client)] } : null;
      }
      case "visit": {
        const { visit } = await request(tenant, VISIT_DOCUMENT, { id }, { signal });
        return found(visit, "visit") ? records([visit.job]) : null;
      }
      case "property": {
        const jobs = await propertyJobs(tenant, id, signal);
        return jobs === null ? null : records(jobs);
      }
      case "account": {
        const { account } = await request(tenant, ACCOUNT_DOCUMENT, {}, { signal });
        if (!found(account, "account")) return null;
        const known = readId(account.id, "account.id");
        return sameId(known, id) ? { jobs: [], contacts: [] } : null;
      }
    }
  };
}

/** Returns `false` for `null`, which means gone. A missing key must not: it would delete a record. */
function found<T extends object>(value: T | null | undefined, path: string): value is T {
  if (value === null) return false;
  if (typeof value !== "object") throw unexpected(path);
  return true;
}

/** Checks the shape of a page. @throws {JobberSyncError} `ERR_API_RESPONSE` */
export function checkPage<Node>(
  page: PageData<Node> | null | undefined,
  path: string,
): PageData<Node> {
  if (!Array.isArray(page?.nodes) || typeof page.pageInfo?.hasNextPage !== "boolean")
    throw unexpected(path);
  return page;
}

/**
 * Returns the cursor of the next page.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` for a cursor that does not advance: the walk would
 * never end
 */
export function nextCursor(page: PageData<unknown>, after: string | null, path: string): string {
  const { endCursor } = page.pageInfo;
  if (typeof endCursor !== "string" || endCursor === after || page.nodes.length === 0)
    throw unexpected(path);
  return endCursor;
}

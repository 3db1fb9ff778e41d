import type { EventWarning } from "@jobber-sync/core";
import type {
  FetchedClient,
  FetchedJob,
  FetchedRecords,
  RecordSource,
} from "@jobber-sync/core/ports";
import { ACCOUNT_DOCUMENT } from "./documents/account-document.ts";
import type { ClientData } from "./documents/client-fields.ts";
import type { Document } from "./documents/document.ts";
import type { Documents } from "./documents/documents.ts";
import type { JobWithClientData } from "./documents/job-document.ts";
import { askWithExtra } from "./extra/ask-with-extra.ts";
import type { ExtraSelections, ExtraType } from "./extra/extra-selections.ts";
import { pageSize } from "./limits/query-cost.ts";
import { clampTime } from "./mapping/clamp-time.ts";
import { mapClient } from "./mapping/map-client.ts";
import { mapJob } from "./mapping/map-job.ts";
import type { Mapping } from "./mapping/mapping.ts";
import { readId, readObject, sameId, unexpected } from "./mapping/read-values.ts";
import { checkPage, createCursorCheck } from "./pages/check-page.ts";
import type { ApiRequest, ResponseInfo } from "./request.ts";

// 20 jobs with their clients cost a tenth of the bucket; few properties have more jobs.
const PROPERTY_PAGE = { most: 20, points: 2000 };
const RECORDS: readonly ExtraType[] = ["job", "client"];

/** Creates `RecordSource.fetch`: one query per object, or one per 20 jobs of a property. */
export function createFetchRecords(
  request: ApiRequest,
  mapping: Mapping & { readonly extra: ExtraSelections },
): RecordSource["fetch"] {
  const { extra } = mapping;

  /** Sends a query, and maps its jobs and clients with times clamped to Jobber's clock. */
  function fetchWith(tenant: string, signal: AbortSignal) {
    let serverTime: number | null = null;
    const onResponse = (info: ResponseInfo): void => {
      serverTime = info.serverTime;
    };
    return {
      ask: <D, V extends object>(document: Document<D, V>, variables: V): Promise<D> =>
        request(tenant, document, variables, { signal, onResponse }),
      /** Asks with the selections of `extra`; the variables may depend on the document. */
      askRecords: <D, V extends object>(
        documentOf: (documents: Documents) => Document<D, V>,
        variablesOf: (document: Document<D, V>) => V,
        types: readonly ExtraType[] = RECORDS,
      ): Promise<D> =>
        askWithExtra(extra, {
          tenant,
          types,
          documentOf,
          send: (document) =>
            request(tenant, document, variablesOf(document), { signal, onResponse }),
        }),
      records(jobs: readonly JobWithClientData[], clients: readonly ClientData[]): FetchedRecords {
        const warnings: EventWarning[] = [];
        const clamped = <T extends FetchedJob | FetchedClient>(record: T, path: string): T => {
          const result = clampTime(record, serverTime);
          if (result !== record) warnings.push({ code: "future_time", path });
          return result;
        };
        const contacts = new Map<string, FetchedClient>();
        for (const data of [...clients, ...jobs.map((job) => readObject(job, "job").client)]) {
          const contact = clamped(mapClient(data, mapping), "client.updatedAt");
          contacts.set(contact.jobberClientId, contact);
        }
        const mapped = jobs.map((job) => clamped(mapJob(job, mapping), "job.updatedAt"));
        return {
          jobs: mapped,
          contacts: [...contacts.values()],
          ...(warnings.length === 0 ? {} : { warnings }),
        };
      },
    };
  }

  async function propertyRecords(
    { askRecords, records }: ReturnType<typeof fetchWith>,
    id: string,
  ): Promise<FetchedRecords | null> {
    const jobs: JobWithClientData[] = [];
    const cursors = createCursorCheck("property.jobs");
    for (let after: string | null = null; ; ) {
      const { property } = await askRecords(
        (documents) => documents.property,
        (document) => ({ id, first: pageSize(document, PROPERTY_PAGE), after }),
      );
      if (!found(property, "property")) return null;
      const page = checkPage(property.jobs, "property.jobs");
      jobs.push(...page.nodes);
      if (!page.pageInfo.hasNextPage)
        return records(jobs, property.client ? [property.client] : []);
      after = cursors.next(page);
    }
  }

  return async (tenant, type, id, { signal }) => {
    const query = fetchWith(tenant, signal);
    switch (type) {
      case "job": {
        const { job } = await query.askRecords(
          (documents) => documents.job,
          () => ({ id }),
        );
        return found(job, "job") ? query.records([job], []) : null;
      }
      case "client": {
        const { client } = await query.askRecords(
          (documents) => documents.client,
          () => ({ id }),
          ["client"],
        );
        return found(client, "client") ? query.records([], [client]) : null;
      }
      case "visit": {
        const { visit } = await query.askRecords(
          (documents) => documents.visit,
          () => ({ id }),
        );
        return found(visit, "visit") ? query.records([visit.job], []) : null;
      }
      case "property":
        return propertyRecords(query, id);
      case "account": {
        const { account } = await query.ask(ACCOUNT_DOCUMENT, {});
        if (!found(account, "account")) return null;
        const known = readId(account.id, "account.id");
        return sameId(known, id) ? { jobs: [], contacts: [] } : null;
      }
    }
  };
}

/**
 * Returns `false` for `null`, which means gone. A missing key must not: it would delete a record.
 */
function found<T extends object>(value: T | null | undefined, path: string): value is T {
  if (value === null) return false;
  if (typeof value !== "object") throw unexpected(path);
  return true;
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseInstant } from "@jobber-sync/core";
import type { FetchedRecords, RecordSource } from "@jobber-sync/core/ports";
import { fetchedJob } from "@jobber-sync/testing";

/** The tenant of every campaign. */
export const SLUG = "acme";

const START = Date.parse("2026-01-01T00:00:00Z");

/** When version `version` of an object was made: a thousandth of a second after the one before. */
export function timeOf(version: number): string {
  return parseInstant(new Date(START + version).toISOString()) ?? "";
}

/** What the title of an object says at a version. */
export function titleOf(version: number): string {
  return `v${version}`;
}

/** The records as they really are, over HTTP, so that workers in other processes can fetch them. */
export interface ReferenceRecords {
  readonly url: string;
  /** Versions by object. */
  readonly versions: Map<string, number>;
  /** How often an object was fetched. */
  fetches(): number;
  /** Makes the next version of an object. */
  change(id: string): number;
  close(): Promise<void>;
}

/** Starts the reference on a port of its own. */
export async function startReference(): Promise<ReferenceRecords> {
  const versions = new Map<string, number>();
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    response.end(String(versions.get(decodeURIComponent(request.url?.slice(1) ?? "")) ?? 0));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    fetches: () => fetches,
    change(id) {
      const version = (versions.get(id) ?? 0) + 1;
      versions.set(id, version);
      return version;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The reference as a worker's source. */
export function sourceOf(url: string): RecordSource {
  return {
    async fetch(_tenant, _type, id, { signal }): Promise<FetchedRecords> {
      const response = await fetch(`${url}/${encodeURIComponent(id)}`, { signal });
      return recordsAt(id, Number(await response.text()));
    },
  };
}

/** What a fetch of an object finds at a version. */
export function recordsAt(id: string, version: number): FetchedRecords {
  return {
    jobs: [fetchedJob(id, { sourceUpdatedAt: timeOf(version), title: titleOf(version) })],
    contacts: [],
  };
}

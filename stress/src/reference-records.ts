import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseInstant } from "@jobber-sync/core";
import type { FetchedRecords, RecordSource } from "@jobber-sync/core/ports";
import { fetchedJob } from "@jobber-sync/testing";

/** The tenant of every test. */
export const SLUG = "acme";

const START = Date.parse("2026-01-01T00:00:00Z");

/** Returns the time of a version: one millisecond after the version before. */
export function timeOf(version: number): string {
  return parseInstant(new Date(START + version).toISOString()) ?? "";
}

/** Returns the title of an object at a version. */
export function titleOf(version: number): string {
  return `v${version}`;
}

/** The records that a source returns, served over HTTP to workers in other processes. */
export interface ReferenceRecords {
  readonly url: string;
  /** The current version of each object. */
  readonly versions: Map<string, number>;
  /** Returns the number of fetches. */
  fetches(): number;
  /** Moves an object to its next version and returns it. */
  change(id: string): number;
  close(): Promise<void>;
}

/** Starts serving the reference records on a free port. */
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

/** Returns a source that fetches the reference records. */
export function sourceOf(url: string): RecordSource {
  return {
    async fetch(_tenant, _type, id, { signal }): Promise<FetchedRecords> {
      const response = await fetch(`${url}/${encodeURIComponent(id)}`, { signal });
      return recordsAt(id, Number(await response.text()));
    },
  };
}

/** Returns the records of an object at a version. */
export function recordsAt(id: string, version: number): FetchedRecords {
  return {
    jobs: [fetchedJob(id, { sourceUpdatedAt: timeOf(version), title: titleOf(version) })],
    contacts: [],
  };
}

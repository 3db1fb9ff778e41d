import { READ_CLIENT_DOCUMENT } from "../documents/client-document.ts";
import { JOB_VISITS_DOCUMENT, READ_JOB_DOCUMENT } from "../documents/job-document.ts";
import type { JobNode, Nodes, PushObjectType, VisitNode } from "../documents/nodes.ts";
import { READ_PROPERTY_DOCUMENT } from "../documents/property-document.ts";
import { READ_VISIT_DOCUMENT } from "../documents/visit-document.ts";
import type { Ask } from "./ask.ts";
import { walkPages } from "./walk-pages.ts";

const DOCUMENTS: Readonly<Record<PushObjectType, string>> = {
  client: READ_CLIENT_DOCUMENT,
  property: READ_PROPERTY_DOCUMENT,
  job: READ_JOB_DOCUMENT,
  visit: READ_VISIT_DOCUMENT,
};

/** Options of {@link readObject}. */
export interface ReadOptions {
  /** Whether to read a job's visits too. @default false */
  readonly visits?: boolean | undefined;
}

/** Reads an object as Jobber has it now; `null` when there is none. */
export async function readObject<T extends PushObjectType>(
  ask: Ask,
  type: T,
  id: string,
  { visits = false }: ReadOptions = {},
): Promise<Nodes[T] | null> {
  const data = await ask<Readonly<Record<string, Nodes[T] | null>>>(DOCUMENTS[type], { id });
  const node = data[type] ?? null;
  if (node === null || type !== "job" || !visits) return node;
  const nodes = await readVisits(ask, id);
  return { ...(node as JobNode), visits: { nodes } } as unknown as Nodes[T];
}

/** Reads every visit of a job. */
export function readVisits(ask: Ask, id: string): Promise<readonly VisitNode[]> {
  return walkPages<VisitNode>(ask, JOB_VISITS_DOCUMENT, { id }, (data) => data.job?.visits);
}

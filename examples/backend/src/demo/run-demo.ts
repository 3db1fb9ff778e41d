import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContactRecord, JobRecord, SubmissionRecord } from "@jobber-sync/core";
import type { Settings } from "../read-settings.ts";
import type { RunningBackend } from "../run-until-signal.ts";
import { type DemoDelivery, demoDeliveries } from "./deliveries.ts";
import { type ExpectedRecords, expectedRecords } from "./expected-records.ts";
import { findDifferences } from "./find-differences.ts";
import { runPushDemo } from "./push-demo.ts";
import { contactsTable, jobsTable, submissionsTable } from "./record-tables.ts";
import { startSimulatedJobber } from "./simulated-jobber.ts";
import { TENANT } from "./tenant.ts";

/** Options for {@link runDemo}. */
export interface DemoOptions {
  /** The name to print, such as `Express on SQLite`. */
  readonly title: string;
  /** Starts the example. */
  readonly start: (settings: Settings) => Promise<RunningBackend>;
  /** Whether the example has the routes that push changes. @default false */
  readonly pushes?: boolean;
}

interface StoredRecords {
  readonly contacts: readonly ContactRecord[];
  readonly jobs: readonly JobRecord[];
  readonly submissions: readonly SubmissionRecord[];
}

/**
 * Starts an example in a temporary folder, sends it signed and forged deliveries over HTTP, prints
 * the responses and the stored records, and compares every response and every stored value with the
 * expected one.
 *
 * @returns whether everything matched; the last line printed says the same
 */
export async function runDemo({ title, start, pushes = false }: DemoOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-demo-"));
  try {
    const began = Date.now();
    const jobber = await startSimulatedJobber();
    try {
      const backend = await start({
        port: 0,
        host: "127.0.0.1",
        database: join(folder, "demo.db"),
        tenants: [TENANT],
        app: jobber.app,
        // Short, because the simulated Jobber has no replicas that lag.
        push: { lookAfterMs: 300, leaseMs: 100 },
      });
      try {
        console.log(`${title}, listening on ${backend.url}`);
        console.log(`A simulated Jobber serves its API on ${jobber.app.endpoint}\n`);
        await backend.sync.api?.connect(TENANT.slug, jobber.grant);
        const deliveries = demoDeliveries(jobber.records, jobber.app.clientSecret);
        console.log(`Sending ${deliveries.length} deliveries, each with its response:\n`);
        const wrongResponses = await sendAll(backend.url, deliveries);
        await backend.sync.drain();
        const stored = await readAll(backend.url);
        print(stored);
        const wrongStored = wrongRecords(stored, expectedRecords(jobber.records), began);
        const wrongPushes = pushes ? await runPushDemo(backend, jobber) : [];
        return conclude([...wrongResponses, ...wrongStored, ...wrongPushes]);
      } finally {
        await backend.stop();
      }
    } finally {
      await jobber.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendAll(
  url: string,
  deliveries: readonly DemoDelivery[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [index, delivery] of deliveries.entries()) {
    const response = await send(url, delivery);
    console.log(`${String(index + 1).padStart(2)}  ${delivery.title.padEnd(44)} ${response}`);
    if (!delivery.responses.includes(response))
      wrong.push(
        `delivery ${index + 1}: the response was ${response}, expected ${delivery.responses.join(" or ")}`,
      );
  }
  return wrong;
}

async function send(url: string, { path, body, headers }: DemoDelivery): Promise<string> {
  const response = await fetch(`${url}${path}`, { method: "POST", body, headers });
  const outcome = (await response.json()) as { status?: string; code?: string };
  return `${response.status} ${outcome.status ?? outcome.code}`;
}

async function readAll(url: string): Promise<StoredRecords> {
  const read = async (kind: string) => {
    const response = await fetch(`${url}/records/${TENANT.slug}/${kind}`);
    if (!response.ok)
      throw new Error(`GET /records/${TENANT.slug}/${kind} responded with ${response.status}.`);
    return response.json();
  };
  return {
    contacts: (await read("contacts")) as readonly ContactRecord[],
    jobs: (await read("jobs")) as readonly JobRecord[],
    submissions: (await read("submissions")) as readonly SubmissionRecord[],
  };
}

function print({ contacts, jobs, submissions }: StoredRecords): void {
  console.log(`\nContacts\n${contactsTable(contacts)}`);
  console.log(`\nJobs\n${jobsTable(jobs)}`);
  console.log(`\nSubmissions\n${submissionsTable(submissions)}\n`);
}

function wrongRecords(
  { contacts, jobs, submissions }: StoredRecords,
  expected: ExpectedRecords,
  began: number,
): readonly string[] {
  const untimed = submissions.map(({ createdAt: _, ...rest }) => rest);
  const mistimed = submissions.filter(
    ({ createdAt }) => !isBetween(Date.parse(createdAt), began, Date.now()),
  );
  return [
    ...findDifferences("contacts", contacts, expected.contacts),
    ...findDifferences("jobs", jobs, expected.jobs),
    // Runs of different objects store their submissions in any order.
    ...findDifferences("submissions", sorted(untimed), sorted(expected.submissions)),
    ...mistimed.map(
      ({ createdAt }) => `a submission has createdAt ${createdAt}, which is outside the demo`,
    ),
  ];
}

function conclude(wrong: readonly string[]): boolean {
  for (const line of wrong) console.log(line);
  if (wrong.length === 0) console.log("Every response and every stored value is as expected.");
  console.log(wrong.length === 0 ? "demo: ok" : `demo: FAILED, ${wrong.length} difference(s)`);
  return wrong.length === 0;
}

function sorted<T extends { readonly deliveryKey: string }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => (a.deliveryKey < b.deliveryKey ? -1 : 1));
}

function isBetween(value: number, low: number, high: number): boolean {
  return low <= value && value <= high;
}

import { randomBytes } from "node:crypto";
import type { JobberApi } from "@jobber-sync/api";
import {
  createSimulator,
  type SimulatedAccount,
  type Simulator,
} from "@jobber-sync/testing/simulator";
import type { AppOptions } from "jobber-sync";

/**
 * The time of the simulated Jobber, fixed so that every run of the demo creates the same records.
 */
export const CLOCK = "2026-01-25T19:30:00Z";

/** The parts of Jobber's records that are not known in advance. */
export interface JobberRecords {
  readonly accountId: string;
  readonly client: { readonly id: string; readonly webUri: string };
  readonly job: {
    readonly id: string;
    readonly jobNumber: number;
    readonly propertyId: string;
    readonly webUri: string;
    readonly createdAt: string;
  };
}

/** A simulated Jobber on a local port, with an account, a client and a job. */
export interface SimulatedJobber {
  readonly app: AppOptions;
  /** The tokens that the OAuth flow would return. */
  readonly grant: Parameters<JobberApi["connect"]>[1];
  readonly records: JobberRecords;
  readonly simulator: Simulator;
  readonly account: SimulatedAccount;
  close(): Promise<void>;
}

/** Starts the simulated Jobber of the demo. */
export async function startSimulatedJobber(): Promise<SimulatedJobber> {
  const now = () => Date.parse(CLOCK);
  const jobber = await createSimulator({ now });
  const account = jobber.addAccount("Acme Lawn Care");
  const client = account.addClient({
    firstName: "Grace",
    lastName: "Hopper",
    email: "grace@example.com",
    phone: "555-0110",
    billingAddress: address("1 Harbor Rd", "Dallas", "75201"),
  });
  const property = account.addProperty(client.id, {
    address: address("77 Garden Way", "Austin", "78702"),
  });
  const job = account.addJob(property.id, {
    title: "Hedge Trimming",
    jobStatus: "upcoming",
    startAt: "2026-02-02T09:00:00-06:00",
    endAt: "2026-02-02T11:00:00-06:00",
    total: 240,
  });
  const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
  return {
    app: {
      clientId: jobber.clientId,
      clientSecret: jobber.clientSecret,
      endpoint: jobber.endpoint,
      encryptionKeys: [{ id: "demo", key: randomBytes(32) }],
    },
    grant: { accessToken, refreshToken, lifetimeMs: expiresAt - now(), serverTime: now() },
    records: {
      accountId: account.id,
      client: { id: client.id, webUri: webUri("clients", client.id) },
      job: {
        id: job.id,
        jobNumber: job.jobNumber,
        propertyId: job.propertyId,
        webUri: webUri("jobs", job.id),
        createdAt: job.createdAt,
      },
    },
    simulator: jobber,
    account,
    close: () => jobber.close(),
  };
}

function address(street: string, city: string, postalCode: string) {
  return { street, city, province: "TX", postalCode, country: "US" };
}

/**
 * Returns the address of a record in Jobber's web application, which contains the number encoded in
 * the id.
 */
function webUri(path: string, id: string): string {
  const number = /(\d+)$/.exec(Buffer.from(id, "base64").toString("utf8"))?.[1];
  return `https://secure.getjobber.com/${path}/${number}`;
}

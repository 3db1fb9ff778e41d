import { notificationPayload, type SignedRequest, signedRequest } from "@jobber-sync/testing";
import { SAMPLE_PAYLOAD } from "../sample-payload.ts";
import type { JobberRecords } from "./simulated-jobber.ts";
import { TENANT } from "./tenant.ts";

/** One request of the demo, with its expected response. */
export interface DemoDelivery {
  readonly title: string;
  readonly path: string;
  readonly body: SignedRequest["body"];
  readonly headers: SignedRequest["headers"];
  /**
   * Expected status and outcome or error code; several where the outcome depends on the worker's
   * progress.
   */
  readonly responses: readonly string[];
}

/**
 * The snapshots of the demo. Times carry an offset, money is in currency units, an absent field
 * keeps its stored value, and `null` clears it.
 */
export const SNAPSHOTS = {
  jobCreated: SAMPLE_PAYLOAD,
  jobUpdated: {
    event: "job.updated",
    occurred_at: "2026-01-25T16:05:00Z",
    data: {
      id: "123",
      status: "in_progress",
      scheduled_at: "2026-01-25T10:30:00-06:00",
      total: 120.5,
    },
  },
  jobCompleted: {
    event: "job.completed",
    data: {
      id: "123",
      status: "requires_invoicing",
      completed_at: "2026-01-25T18:10:00Z",
      updated_at: "2026-01-25T18:10:02Z",
    },
  },
  clientCreated: {
    event: "client.created",
    data: {
      id: "789",
      name: "Ada King",
      first_name: "Ada",
      last_name: "King",
      company_name: "Analytical Gardens",
      email: "ada@example.com",
      phone: "555-9876",
      address: {
        street: "9 Oak Ave",
        city: "Austin",
        state: "TX",
        postal_code: "78701",
        country: "US",
      },
      updated_at: "2026-01-25T18:30:00Z",
    },
  },
  clientUpdated: {
    event: "client.updated",
    data: {
      id: "456",
      email: "john.doe@example.com",
      phone: null,
      updated_at: "2026-01-25T19:00:00Z",
    },
  },
} as const;

// Coalesced: an earlier delivery of the same object still waits, so one run processes both.
const STORED = ["200 accepted", "200 coalesced"];
const REJECTED = ["401 ERR_UNAUTHORIZED"];

/**
 * Returns everything that the demo sends, in order.
 *
 * @param clientSecret signs Jobber's own webhooks
 */
export function demoDeliveries(
  { accountId, job }: JobberRecords,
  clientSecret: string,
): readonly DemoDelivery[] {
  const { slug, secrets: secret } = TENANT;
  const send = (
    title: string,
    payload: object | string,
    responses: readonly string[],
    how: Partial<DemoDelivery> = {},
  ) => ({
    title,
    path: `/webhooks/jobber/${slug}`,
    responses,
    ...signedRequest(payload, secret),
    ...how,
  });
  const about = { accountId, itemId: job.id, occurredAt: job.createdAt };
  const notification = notificationPayload("JOB_CREATE", about);
  return [
    send("job.created", SNAPSHOTS.jobCreated, STORED),
    send("job.updated", SNAPSHOTS.jobUpdated, STORED),
    send("job.completed", SNAPSHOTS.jobCompleted, STORED),
    send("client.created", SNAPSHOTS.clientCreated, STORED),
    send("client.updated, the phone number removed", SNAPSHOTS.clientUpdated, STORED),
    send("job.created again, a late duplicate", SNAPSHOTS.jobCreated, ["200 duplicate"]),
    send("job.updated, signed with another secret", SNAPSHOTS.jobUpdated, REJECTED, {
      ...signedRequest(SNAPSHOTS.jobUpdated, "another app's client secret"),
    }),
    send("signed, but truncated JSON", '{"event":"job.upd', ["200 quarantined"]),
    send("job.created for an unknown tenant", SNAPSHOTS.jobCreated, REJECTED, {
      path: "/webhooks/jobber/unknown",
    }),
    // Jobber's own webhooks name account and record, and contain none of its fields.
    send("JOB_CREATE, Jobber's own webhook", notification, STORED, {
      path: "/webhooks/jobber",
      ...signedRequest(notification, clientSecret),
    }),
  ];
}

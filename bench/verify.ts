import { createHmac, timingSafeEqual } from "node:crypto";
import {
  buildSubmission,
  parseEvent,
  prepareSecrets,
  signPayload,
  verifySignature,
} from "@jobber-sync/core";
import { compare } from "./compare.ts";
import type { Figure } from "./figure.ts";

const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";

/** Correct hand-written verification: the baseline. */
function byHand(body: Buffer, header: string): unknown {
  const expected = createHmac("sha256", SECRET).update(body).digest();
  const claimed = Buffer.from(header, "base64");
  if (claimed.length !== expected.length || !timingSafeEqual(claimed, expected))
    throw new Error("forged");
  return JSON.parse(body.toString("utf8"));
}

function envelope(): Buffer {
  const webHookEvent = {
    topic: "CLIENT_CREATE",
    appId: "3ef22a50-072d-430c-a78f-b7646657560b",
    accountId: "Z2lkOi8vSm9iYmVyL0FjY291bnQvMjQ4NjkzNA==",
    itemId: "Z2lkOi8vSm9iYmVyL0NsaWVudC8xNDUxODkzMjY=",
    occurredAt: "2026-07-02T09:08:19Z",
  };
  return Buffer.from(JSON.stringify({ data: { webHookEvent } }));
}

function snapshot(): Buffer {
  const data = {
    id: "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI=",
    job_number: 1042,
    title: "Weekly lawn service, front and back, with hedges and the flower beds along the drive",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00-06:00",
    ends_at: "2026-01-25T11:30:00-06:00",
    total: 185.5,
    web_uri: "https://secure.example.com/work_orders/146650142",
    client: {
      id: "Z2lkOi8vSm9iYmVyL0NsaWVudC85MTU5Mjc3MA==",
      name: "John Doe",
      first_name: "John",
      last_name: "Doe",
      email: "john@example.com",
      phone: "+1 512-555-1234",
    },
    address: {
      street: "123 Main St",
      city: "Austin",
      state: "TX",
      postal_code: "78701",
      country: "US",
    },
    updated_at: "2026-01-20T08:15:42Z",
  };
  return Buffer.from(JSON.stringify({ event: "job.updated", data }));
}

/** Measures verification with parsing, and with the submission. */
export async function verifyRows(): Promise<readonly Figure[]> {
  const prepared = prepareSecrets(SECRET);
  const row = (body: Buffer, what: string, target: number, call: (header: string) => unknown) => {
    const header = signPayload(body, SECRET);
    return compare({
      name: `${what}, ${body.length} B`,
      against: "createHmac + timingSafeEqual + JSON.parse by hand",
      target,
      clock: "cpu",
      ours: (times) => {
        for (let index = 0; index < times; index += 1) call(header);
      },
      theirs: (times) => {
        for (let index = 0; index < times; index += 1) byHand(body, header);
      },
    });
  };
  const parse = (body: Buffer) => (header: string) => {
    verifySignature(body, header, prepared);
    return parseEvent(body);
  };
  const small = envelope();
  const large = snapshot();
  return [
    await row(small, "verify + parseEvent, notification", 1.05, parse(small)),
    await row(large, "verify + parseEvent, snapshot", 1.05, parse(large)),
    await row(large, "verify + parseEvent + buildSubmission, snapshot", 0.8, (header) => {
      verifySignature(large, header, prepared);
      return buildSubmission(parseEvent(large));
    }),
  ];
}

import { createHmac, timingSafeEqual } from "node:crypto";
import {
  buildSubmission,
  parseEvent,
  prepareSecrets,
  signPayload,
  verifySignature,
} from "@jobber-sync/core";
import { compare, type Ratio } from "./compare.ts";

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

/** Measures verification alone, and verification with parsing and the submission. */
export async function verifyRows(): Promise<readonly Ratio[]> {
  const prepared = prepareSecrets(SECRET);
  const small = envelope();
  const large = snapshot();
  const row = (body: Buffer, target: number) => {
    const header = signPayload(body, SECRET);
    return compare({
      name: `verifySignature + JSON.parse, ${body.length} B`,
      against: "createHmac(secret) + timingSafeEqual + JSON.parse by hand",
      target,
      ours: (times) => {
        for (let index = 0; index < times; index += 1) {
          verifySignature(body, header, prepared);
          JSON.parse(body.toString("utf8"));
        }
      },
      theirs: (times) => {
        for (let index = 0; index < times; index += 1) byHand(body, header);
      },
    });
  };
  const header = signPayload(large, SECRET);
  return [
    await row(small, 1.2),
    await row(large, 1.1),
    await compare({
      name: `verify + parseEvent + buildSubmission, ${large.length} B`,
      against: "the same baseline",
      target: 0.7,
      ours: (times) => {
        for (let index = 0; index < times; index += 1) {
          verifySignature(large, header, prepared);
          buildSubmission(parseEvent(large));
        }
      },
      theirs: (times) => {
        for (let index = 0; index < times; index += 1) byHand(large, header);
      },
    }),
  ];
}

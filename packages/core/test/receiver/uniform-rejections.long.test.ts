import { createMemoryStore, createReceiver, type Receiver, signPayload } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { expect, it } from "vitest";

const CALLS = 40_000;
const SECRET = "the client secret of the app";
const BODY = Buffer.from(
  JSON.stringify({ event: "job.created", data: { id: "123", title: "x".repeat(600) } }),
);

const HEADERS: readonly [kind: string, signature: string | undefined][] = [
  ["no header", undefined],
  ["a header of the wrong length", signPayload(BODY, SECRET).slice(1)],
  ["a wrong signature", signPayload("other", SECRET)],
];

async function timeOf(
  receiver: Receiver,
  slug: string,
  signature: string | undefined,
): Promise<number> {
  const request = {
    method: "POST",
    tenant: slug,
    headers: { "x-jobber-hmac-sha256": signature },
    body: BODY,
  };
  const begin = process.hrtime.bigint();
  const { status } = await receiver.handle(request);
  const ns = Number(process.hrtime.bigint() - begin);
  expect(status).toBe(401);
  return ns;
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

for (const [kind, signature] of HEADERS) {
  it(`createReceiver takes as long to reject ${kind} for unknown slugs as for known ones, with one secret and with three`, async () => {
    const receiver = createReceiver({
      tenants: [
        { slug: "acme-1", secrets: SECRET },
        {
          slug: "acme-3",
          secrets: [SECRET, `${SECRET} 2`, `${SECRET} 3`].map((secret) => `acme ${secret}`),
        },
      ],
      store: createMemoryStore(),
      logger: silentLogger,
    });
    // The same length, so that it is not the slug's own bytes that are measured.
    const times = new Map<string, number[]>(
      ["acme-1", "acme-3", "none-1"].map((slug) => [slug, []]),
    );
    for (let n = 0; n < CALLS + 1000; n += 1) {
      for (const [slug, measured] of times) {
        const ns = await timeOf(receiver, slug, signature);
        if (n >= 1000) measured.push(ns);
      }
    }
    const [one = 0, three = 0, unknown = 0] = [...times.values()].map(median);
    console.log(
      `${kind}: ${one} ns with one secret, ${three} ns with three, ${unknown} ns for an unknown slug`,
    );
    for (const known of [one, three]) expect(Math.abs(unknown / known - 1)).toBeLessThan(0.05);
  }, 120_000);
}

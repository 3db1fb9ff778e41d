import { createMemoryStore, createReceiver, type Logger } from "@jobber-sync/core";
import { jobberWebhooks } from "@jobber-sync/fastify";
import fastify from "fastify";
import { expect, it } from "vitest";

it("Fastify's pino logger fits the receiver without an adapter", async () => {
  const lines: string[] = [];
  const app = fastify({
    logger: { level: "warn", stream: { write: (line: string) => void lines.push(line) } },
  });
  const logger: Logger = app.log;
  const tenants = [{ slug: "acme", secrets: "the OAuth client secret" }];
  await app.register(jobberWebhooks, {
    receiver: createReceiver({ tenants, store: createMemoryStore(), logger }),
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringMatching(/^no source configured/) }),
  ]);
  await app.close();
});

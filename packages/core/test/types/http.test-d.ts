import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import {
  type BodyLimits,
  type BodyReader,
  ByteBudget,
  nodeBody,
  type WebRequestBody,
  webBody,
} from "@jobber-sync/core/http";
import { expectType } from "../support/expect-type.ts";

const req = new IncomingMessage(new Socket());
const limits: BodyLimits = { maxBytes: 1, timeoutMs: 1, budget: new ByteBudget(1) };

expectType<BodyReader>()(nodeBody(req));
void nodeBody(req, {});
void nodeBody(req, { fix: undefined });
void nodeBody(Object.assign(req, { body: {}, rawBody: Buffer.alloc(0) }));
void nodeBody(req).read(limits).then(expectType<Uint8Array>());
expectType<void>()(nodeBody(req).discard());
expectType<BodyReader>()(webBody(new Request("https://example.com")));
const minimal: WebRequestBody = { body: null, bodyUsed: false };
void webBody(minimal).read(limits);
limits.budget.take(1);
limits.budget.release(1);
({ read: async () => new Uint8Array(), discard() {} }) satisfies BodyReader;

// @ts-expect-error: a Node request, not a WHATWG one
void nodeBody(new Request("https://example.com"));
// @ts-expect-error: a WHATWG request, not a Node one
void webBody(req);
// @ts-expect-error: the limits are required
void nodeBody(req).read();
// @ts-expect-error: a time limit is required
void nodeBody(req).read({ maxBytes: 1, budget: limits.budget });
// @ts-expect-error: a budget, not a number
void nodeBody(req).read({ maxBytes: 1, timeoutMs: 1, budget: 1 });
// @ts-expect-error: a misspelled option
void nodeBody(req, { fixes: "" });
// @ts-expect-error: a size is required
new ByteBudget();
// @ts-expect-error: text is not bytes
({ read: async () => "", discard() {} }) satisfies BodyReader;
// @ts-expect-error: discard is required
({ read: async () => new Uint8Array() }) satisfies BodyReader;
// @ts-expect-error: limits are read-only
limits.maxBytes = 2;

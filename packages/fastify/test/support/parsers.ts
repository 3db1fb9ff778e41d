import { buffer } from "node:stream/consumers";
import type { ParserBefore } from "@jobber-sync/testing/contracts";
import type { FastifyInstance } from "fastify";
import rawBody from "fastify-raw-body";
import { serveFastify } from "./serve-fastify.ts";

const FIX = /Fastify 5.*request\.raw.*onRequest.*rawBody/;

const hosts: readonly [name: string, prepare: (app: FastifyInstance) => unknown, fix?: RegExp][] = [
  ["fastify-raw-body", (app) => app.register(rawBody)],
  [
    "fastify-raw-body that runs first and keeps bytes",
    (app) => app.register(rawBody, { runFirst: true, encoding: false }),
  ],
  [
    "a parser of the host for everything",
    (app) =>
      app.addContentTypeParser("*", { parseAs: "string" }, (_req, body, done) => done(null, body)),
  ],
  ["a host without any parser", (app) => app.removeAllContentTypeParsers()],
  [
    "a preParsing hook that replaces the body",
    (app) => app.addHook("preParsing", async (_request, _reply, payload) => payload.unpipe()),
  ],
  [
    "middleware that keeps the bytes",
    (app) =>
      app.addHook("onRequest", async ({ raw }) => {
        Object.assign(raw, { rawBody: await buffer(raw) });
      }),
  ],
  [
    "middleware that parses the body",
    (app) => app.addHook("onRequest", async ({ raw }) => void (await buffer(raw))),
    FIX,
  ],
];

/** Parsers and hooks that apps register before the webhook routes. */
export const parsers: readonly ParserBefore[] = hosts.map(([name, prepare, fix]) => ({
  name,
  start: (receiver) => serveFastify(receiver, prepare),
  ...(fix === undefined ? {} : { fix }),
}));

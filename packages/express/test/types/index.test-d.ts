import type { ConnectHandlers, Receiver } from "@jobber-sync/core";
import { jobberConnect, jobberWebhooks } from "@jobber-sync/express";
import express, { type Router } from "express";

declare const receiver: Receiver;
declare const sync: { readonly connect: ConnectHandlers | null };

const app = express();
app.use(jobberWebhooks(receiver));
jobberWebhooks(receiver) satisfies Router;
app.use(jobberConnect(sync, { authorize: (req) => req.header("x-tenant") }));
jobberConnect(sync, {
  authorize: async () => null,
  onConnected: ({ tenant, accountId }) => `/tenants/${tenant}/${accountId}`,
  path: undefined,
});

// @ts-expect-error a receiver is required
jobberWebhooks();
// @ts-expect-error authorize is required
jobberConnect(sync, {});
// @ts-expect-error authorize returns a tenant
jobberConnect(sync, { authorize: () => true });

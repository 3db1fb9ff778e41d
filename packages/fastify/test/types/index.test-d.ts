import type { ConnectHandlers, Receiver } from "@jobber-sync/core";
import { type JobberWebhooksOptions, jobberConnect, jobberWebhooks } from "@jobber-sync/fastify";
import fastify from "fastify";

declare const receiver: Receiver;
declare const sync: { readonly connect: ConnectHandlers | null };

const app = fastify();
void app.register(jobberWebhooks, { receiver });
void app.register(jobberConnect, { sync, authorize: (request) => request.ip });
void app.register(jobberConnect, { sync, authorize: async () => null, onConnected: undefined });
({ receiver }) satisfies JobberWebhooksOptions;

// @ts-expect-error a receiver is required
void app.register(jobberWebhooks, {});
// @ts-expect-error authorize is required
void app.register(jobberConnect, { sync });
// @ts-expect-error authorize returns a tenant
void app.register(jobberConnect, { sync, authorize: () => 1 });

export { closeHttpServer } from "./close-http-server.ts";
export { createApi } from "./create-api.ts";
export { isLocalRequest } from "./is-local-request.ts";
export { isRecordKind, RECORD_KINDS, type RecordKind, readRecords } from "./read-records.ts";
export { type ApiSettings, readSettings, type Settings } from "./read-settings.ts";
export { runDeliveriesCommand } from "./run-deliveries-command.ts";
export type { RunningBackend } from "./run-until-signal.ts";
export { startExample } from "./start-example.ts";
export { urlOfServer } from "./url-of-server.ts";

// The bounded body readers, for authors of adapters.

export { type BodyLimits, type BodyReader, ByteBudget } from "./http/body-reader.ts";
export { type NodeBodyOptions, type NodeRequest, nodeBody } from "./http/node-body.ts";
export { type WebRequestBody, webBody } from "./http/web-body.ts";

export { type BodyLimits, type BodyReader, ByteBudget } from "./body-reader.ts";
export { type NodeBodyOptions, type NodeRequest, nodeBody } from "./node-body.ts";
export { type WebRequestBody, webBody } from "./web-body.ts";

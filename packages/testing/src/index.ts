export * from "./adapter-contract/index.ts";
export * from "./inbox-contract/index.ts";
export * from "./payloads/index.ts";
export * from "./records/index.ts";
export * from "./requests/index.ts";
export * from "./simulator/index.ts";
export * from "./store-contract/index.ts";
export * from "./token-store-contract/index.ts";

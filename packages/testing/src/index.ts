export * from "./inbox-contract/index.ts";

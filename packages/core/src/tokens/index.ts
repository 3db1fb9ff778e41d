export type { CursorStore } from "./cursor-store.ts";
export { encryptTokens, type TokenKey } from "./encrypt-tokens.ts";
export type { Lease } from "./lease.ts";
export { createMemoryCursorStore } from "./memory-cursor-store.ts";
export { createMemoryLease, type MemoryLeaseOptions } from "./memory-lease.ts";
export { createMemoryTokenStore } from "./memory-token-store.ts";
export type { Connection, ConnectionState, TokenStore } from "./token-store.ts";

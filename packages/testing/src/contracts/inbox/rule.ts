import type { OpenInbox } from "./inbox-contract.ts";

/** Defines a test over a fresh inbox. */
export type Rule = (name: string, body: (opened: OpenInbox) => Promise<void>) => void;

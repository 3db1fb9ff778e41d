export { type InboxContractOptions, inboxContract, type OpenInbox } from "./inbox-contract.ts";

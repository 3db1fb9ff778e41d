import {
  createMemoryCursorStore,
  createMemoryLease,
  createMemoryTokenStore,
} from "@jobber-sync/core";
import {
  cursorStoreContract,
  leaseContract,
  tokenStoreContract,
} from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

const close = () => {};

tokenStoreContract({ describe, it, open: () => ({ subject: createMemoryTokenStore(), close }) });
leaseContract({ describe, it, open: () => ({ subject: createMemoryLease(), close }) });
cursorStoreContract({ describe, it, open: () => ({ subject: createMemoryCursorStore(), close }) });

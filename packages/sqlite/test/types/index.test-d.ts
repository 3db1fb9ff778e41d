import type { SyncReader } from "@jobber-sync/core";
import type { Inbox, SyncStore, TokenStore } from "@jobber-sync/core/ports";
import {
  openSqlite,
  type Sqlite,
  type SqliteHandle,
  type SqliteOptions,
} from "@jobber-sync/sqlite";

declare const handle: SqliteHandle;
const sqlite: Sqlite = openSqlite("jobber-sync.db");
sqlite.inbox satisfies Inbox;
sqlite.store satisfies SyncStore & SyncReader;
sqlite.tokens satisfies TokenStore;
openSqlite(handle);
openSqlite(handle, { migrate: undefined, busyMs: undefined });
({ migrate: false }) satisfies SqliteOptions;

// @ts-expect-error a path or a handle is required
openSqlite();
openSqlite({ path: "jobber-sync.db" });
// @ts-expect-error neither a path nor a handle
openSqlite({ file: "jobber-sync.db" });
// @ts-expect-error a number of milliseconds
openSqlite("jobber-sync.db", { busyMs: "300" });

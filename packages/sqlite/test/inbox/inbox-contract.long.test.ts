import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { checkInboxHistories, checkLaneInterleavings } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { openInbox } from "../support/open-inbox.ts";

// Most of the time would be waiting for the disk, twice per step of a history. These checks compare
// rules, not durability, so most of them run on Linux's file system in memory, the rest on a disk.
const MEMORY = "/dev/shm";
const DISK = tmpdir();

describe.each([
  ["in memory", existsSync(MEMORY) ? MEMORY : DISK, 20_000],
  ["on disk", DISK, 2000],
])("SQLite inbox, its file %s", (_, parent, count) => {
  it(
    `runs an object once at a time in ${count} random interleavings`,
    () => checkLaneInterleavings({ open: () => openInbox({ parent }), interleavings: count }),
    3_600_000,
  );

  it(
    `follows transitions in ${count} random histories`,
    () => checkInboxHistories({ open: ({ now }) => openInbox({ now, parent }), histories: count }),
    3_600_000,
  );
});

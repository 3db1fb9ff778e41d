import { join } from "node:path";
import { expect, test } from "vitest";
import { removeShared } from "./support/remove-shared.ts";
import { twoPrograms } from "./support/two-programs.ts";

const { folder, receiveAndWork } = twoPrograms();

test("receiver and worker run as two programs that share the bundled PostgreSQL", async () => {
  const data = join(folder(), "shared");
  const printed = await receiveAndWork({ JOBBER_SYNC_PGDATA: data, DATABASE_URL: "" });
  expect(printed).not.toContain("postgres:postgres@");
  await removeShared(data);
}, 120_000);

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { Options } from "tsup";
import { packageBuild } from "../../tsup.base.ts";
import { sqlFiles } from "./src/migrations/sql-files.ts";

export default {
  ...(packageBuild() as Options),
  // The migrations are the only source of the SQL files, which are therefore not committed.
  async onSuccess() {
    rmSync("sql", { recursive: true, force: true });
    mkdirSync("sql");
    for (const { name, text } of sqlFiles()) writeFileSync(`sql/${name}`, text);
  },
} satisfies Options;

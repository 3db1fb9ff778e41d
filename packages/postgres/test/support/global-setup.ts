import { randomUUID } from "node:crypto";
import type { TestProject } from "vitest/node";
import { BOSS_SCHEMA, openBoss, openPool } from "./connections.ts";
import { startTestServer } from "./embedded-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection string of the server that all test files of the package share. */
    readonly postgresServer: string;
    /** A database with pg-boss installed, to be used as a template. */
    readonly postgresTemplate: string;
  }
}

/** Starts one server for all test files, and prepares the template of their databases. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer();
  const template = `jobber_template_${randomUUID().slice(0, 8)}`;
  const pool = openPool(server.connectionString, { max: 1 });
  await pool.query(`CREATE DATABASE ${template}`);
  const url = new URL(server.connectionString);
  url.pathname = `/${template}`;
  const boss = openBoss(url.href, BOSS_SCHEMA);
  await boss.start();
  await boss.stop({ graceful: false });
  // A template must have no connections.
  await pool.query(
    "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = $1",
    [template],
  );
  project.provide("postgresServer", server.connectionString);
  project.provide("postgresTemplate", template);

  return async () => {
    if (server.shared) await pool.query(`DROP DATABASE ${template} WITH (FORCE)`);
    await pool.end();
    await server.stop();
  };
}

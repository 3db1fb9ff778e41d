import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS, type Postgres } from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { sharedPostgres } from "./postgres/shared-postgres.ts";

/** An open database with its tables. `close` ends its connections and its queue. */
export interface Database extends Omit<Postgres, "migrate"> {
  /** Host and database, without the password. */
  readonly name: string;
  close(): Promise<void>;
}

/**
 * The part a program plays: a receiver only sends wake-ups, a worker receives them and maintains
 * the queue.
 */
export type Role = "receiver" | "worker";

/**
 * Opens the database named by `DATABASE_URL`. Without it, starts the PostgreSQL bundled with the
 * example, with its data in `JOBBER_SYNC_PGDATA` (default `.data/postgres`).
 */
export async function openDatabase(env: NodeJS.ProcessEnv, role: Role): Promise<Database> {
  if (env.DATABASE_URL) return connect(env.DATABASE_URL, role);
  const server = await sharedPostgres(env.JOBBER_SYNC_PGDATA || ".data/postgres");
  try {
    const database = await connect(server.connectionString, role);
    return {
      ...database,
      async close() {
        await database.close();
        await server.release();
      },
    };
  } catch (error) {
    await server.release();
    throw error;
  }
}

/** Opens the database of a connection string and creates or migrates its tables. */
export async function connect(connectionString: string, role: Role): Promise<Database> {
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS });
  const boss = new PgBoss({
    connectionString,
    ...BOSS_SETTINGS,
    ...(role === "receiver" && { useListenNotify: false, supervise: false, max: 2 }),
    schedule: false,
  });
  let closing = false;
  // Pool and queue reconnect by themselves. While closing, the server may end before them, which is
  // no error.
  const logErrorsOf =
    (who: string) =>
    ({ message }: Error) => {
      if (!closing) console.error(`${who}: ${message}`);
    };
  pool.on("error", logErrorsOf("database"));
  boss.on("error", logErrorsOf("queue"));
  const close = async () => {
    closing = true;
    await boss.stop();
    await pool.end();
  };
  try {
    await boss.start();
    const { migrate, ...parts } = createPostgres({
      pool,
      boss,
      // Leave this out behind PgBouncer in transaction mode.
      prepare: true,
    });
    await migrate();
    const { host, pathname } = new URL(connectionString);
    return { ...parts, name: `PostgreSQL at ${host}${pathname}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS, type Postgres } from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { sharedPostgres } from "./postgres/shared-postgres.ts";

/** The database, opened and migrated. */
export interface Database extends Omit<Postgres, "migrate"> {
  /** Where it is, without the password. */
  readonly name: string;
  close(): Promise<void>;
}

/** What a program needs of the queue: a receiver only puts wake-ups in, a worker takes them out and looks after it. */
export type Role = "receiver" | "worker";

/**
 * Opens the database of `DATABASE_URL`; without it a PostgreSQL that comes with the example, with its data in `JOBBER_SYNC_PGDATA`
 * (default: `.data/postgres`).
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

/** Opens the database of a connection string. */
export async function connect(connectionString: string, role: Role): Promise<Database> {
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS });
  const boss = new PgBoss({
    connectionString,
    ...BOSS_SETTINGS,
    ...(role === "receiver" && { useListenNotify: false, supervise: false, max: 2 }),
    schedule: false,
  });
  let closing = false;
  // Both connect again by themselves, and when they are closed the server may be gone first. The message is its own and tells of no customer.
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
      // Behind a PgBouncer in transaction mode: leave it out.
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

import { runDemo } from "@jobber-sync-examples/backend/demo";
import { startServer } from "./server.ts";

const ok = await runDemo({ title: "Express on SQLite", start: startServer, pushes: true });
process.exitCode = ok ? 0 : 1;

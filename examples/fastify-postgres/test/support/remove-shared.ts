import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Waits until a shared server has ended by itself, then removes its folder. */
export async function removeShared(folder: string): Promise<void> {
  while (existsSync(join(folder, "owner"))) await delay(100);
  await rm(folder, { recursive: true, force: true });
}

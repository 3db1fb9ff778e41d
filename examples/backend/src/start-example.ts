import { curlLine } from "./curl-line.ts";
import { endWith } from "./end-with.ts";
import { readSettings, type Settings } from "./read-settings.ts";
import { type RunningBackend, runUntilSignal } from "./run-until-signal.ts";

/**
 * Runs an example: reads the environment, starts the backend, prints how to try it, and stops it on
 * a signal.
 */
export async function startExample(
  title: string,
  start: (settings: Settings) => Promise<RunningBackend>,
): Promise<void> {
  let settings: Settings;
  let backend: RunningBackend;
  try {
    settings = readSettings(process.env);
    backend = await start(settings);
  } catch (error) {
    endWith(error);
    return;
  }
  runUntilSignal(backend);
  console.log(
    `${title}, listening on ${backend.url}, database ${backend.database ?? settings.database}`,
  );
  const [tenant] = settings.tenants;
  if (tenant === undefined) return;
  const records = `${backend.url}/records/${encodeURIComponent(tenant.slug)}`;
  if (settings.app !== undefined) {
    console.log(`\nConnect an account to "${tenant.slug}": ${backend.url}/jobber/connect`);
    console.log(`Jobber's webhook URL ends with /webhooks/jobber\n`);
  }
  if (tenant.secrets !== undefined)
    console.log(
      `\nSend it a signed delivery:\n\n${curlLine(backend.url, tenant.slug, tenant.secrets)}\n`,
    );
  console.log(
    `See the records it created:\n\ncurl -sS -w '\\n' ${records}/jobs ${records}/contacts ${records}/submissions\n`,
  );
  if (!process.env.JOBBER_TENANTS && settings.app === undefined) {
    console.log(
      'The secret of tenant "acme" is random and changes with every start. To use your own, set JOBBER_TENANTS.\n',
    );
  }
  console.log("Press Ctrl-C to stop.");
}

import { curlLine } from "./curl-line.ts";
import { endWith } from "./end-with.ts";
import { readSettings, type Settings } from "./read-settings.ts";
import { type RunningBackend, runUntilSignal } from "./run-until-signal.ts";

/** The main function of an example: reads the environment, starts, says how to try it, and stays up until a signal comes. */
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
  console.log(`\nSend it a signed delivery:\n\n${curlLine(backend.url, tenant)}\n`);
  console.log(
    `See what became of it:\n\ncurl -sS -w '\\n' ${records}/jobs ${records}/contacts ${records}/submissions\n`,
  );
  if (!process.env.JOBBER_TENANTS) {
    console.log(
      'The secret of the tenant "acme" is made up for this run. To use your own, name a file of tenants in JOBBER_TENANTS.\n',
    );
  }
  console.log("Ctrl-C stops it.");
}

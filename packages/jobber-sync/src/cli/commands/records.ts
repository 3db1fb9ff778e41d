import type { ContactRecord, JobRecord, ReadOptions, SyncReader } from "@jobber-sync/core";
import { Argument, type Command } from "commander";
import { chooseTenant } from "../choose-tenant.ts";
import { CliError } from "../cli-error.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { formatFields, formatTable } from "../format-table.ts";
import type { TargetOptions } from "../open-target.ts";

interface ShowOptions extends TargetOptions, JsonOption {
  readonly tenant?: string;
}

type Kind = "job" | "client";
type Row = JobRecord | ContactRecord;

const PAGE = 1000;

/** Adds `records show`. */
export function addRecordsCommands(program: Command, context: CommandContext): void {
  const records = program.command("records").description("look at stored records");
  const command = records
    .command("show")
    .description("show stored records: one with all its fields, or the list")
    .addArgument(new Argument("<kind>", "the kind of record").choices(["job", "client"]))
    .argument("[id]", "Jobber's id, or the number of a job")
    .option("--tenant <slug>", "the tenant (default: the only one)");
  withTarget(command).action((kind: Kind, id: string | undefined, options: ShowOptions) =>
    useTarget(context, options, async (target) => {
      const tenant = await chooseTenant(target, options.tenant);
      const { store } = target.options.database;
      if (id === undefined) return printList(context, options, await all(store, kind, tenant));
      const record = await find(store, kind, { tenant, id });
      if (record === undefined)
        throw new CliError("ERR_CLI_FAILED", `${tenant} has no ${kind} ${id}.`);
      print(context, options, { data: record, text: () => formatFields({ ...record }) });
    }),
  );
}

function printList(context: CommandContext, options: ShowOptions, rows: readonly Row[]): void {
  const columns = {
    number: (row: Row) => ("jobNumber" in row ? row.jobNumber : null),
    id: idOf,
    title: (row: Row) => ("title" in row ? row.title : row.name),
    status: (row: Row) =>
      row.deletedAt !== null ? "deleted" : "status" in row ? row.status : null,
    updated: (row: Row) => row.sourceUpdatedAt,
  };
  print(context, options, {
    data: { records: rows },
    text: () => (rows.length === 0 ? "none" : formatTable(columns, rows)),
  });
}

async function find(
  store: SyncReader,
  kind: Kind,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<Row | undefined> {
  const record = await (kind === "job" ? store.job(tenant, id) : store.contact(tenant, id));
  if (record !== null || kind === "client" || !/^\d+$/.test(id)) return record ?? undefined;
  const jobs = await all(store, kind, tenant);
  return jobs.find((row) => "jobNumber" in row && row.jobNumber === Number(id));
}

async function all(store: SyncReader, kind: Kind, tenant: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let afterId: string | undefined; ; ) {
    const page = await read(store, kind, tenant, { limit: PAGE, afterId });
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return rows;
    afterId = idOf(last);
  }
}

function idOf(row: Row): string {
  return "jobberJobId" in row ? row.jobberJobId : row.jobberClientId;
}

function read(store: SyncReader, kind: Kind, tenant: string, options: ReadOptions) {
  return (
    kind === "job" ? store.jobs(tenant, options) : store.contacts(tenant, options)
  ) as Promise<readonly Row[]>;
}

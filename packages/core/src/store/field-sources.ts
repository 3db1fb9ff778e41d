import { CONTACT_FIELDS } from "../records/contact-record.ts";
import { JOB_FIELDS } from "../records/job-record.ts";
import type { Instant } from "../time/instant.ts";
import type { AnyRecord, VersionedRow } from "./decide-write.ts";
import { implicitVersion, NEVER, type Version, versionTime } from "./version.ts";

/** The write that a stored value comes from. */
export interface FieldSource {
  /**
   * The write's number, from the sequence that deliveries share: a snapshot's own number, or one
   * drawn after the number of the notification that caused a fetch.
   */
  readonly sequence: number;
  /** Jobber's time of the last change, as the write carried it; `null` if it carried none. */
  readonly sourceUpdatedAt: Instant | null;
}

/** The source of each field that was ever written, by the field's name. */
export type FieldSources = Readonly<Record<string, FieldSource>>;

const SEQUENCE_DIGITS = 16;

/** Returns where each value of a stored row comes from. Pure, so that every store says the same. */
export function fieldSources(
  type: "job" | "client",
  { version, fieldVersions }: Pick<VersionedRow<AnyRecord>, "version" | "fieldVersions">,
): FieldSources {
  const names: readonly string[] = type === "job" ? JOB_FIELDS : CONTACT_FIELDS;
  return Object.fromEntries(
    names.flatMap((name) => {
      const own = fieldVersions?.[name] ?? implicitVersion(name, version);
      return own === NEVER ? [] : [[name, sourceOf(own)]];
    }),
  );
}

function sourceOf(version: Version): FieldSource {
  const begin = version.indexOf("#") + 1;
  const sequence = Number(version.slice(begin, begin + SEQUENCE_DIGITS));
  return { sequence, sourceUpdatedAt: versionTime(version) };
}

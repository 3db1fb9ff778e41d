import type { StatusOverrides } from "@jobber-sync/core";
import type { ExtraSelections } from "../extra/extra-selections.ts";

/** The user's part in mapping records. */
export interface Mapping {
  readonly statusOverrides?: StatusOverrides | undefined;
  readonly extra?: Pick<ExtraSelections, "job" | "client"> | undefined;
}

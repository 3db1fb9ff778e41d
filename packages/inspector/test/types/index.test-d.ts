import { createInspector, type InspectedSync, type Inspector } from "@jobber-sync/inspector";
import type { JobberSync } from "jobber-sync";

declare const sync: JobberSync;

// The whole sync is what the inspector takes.
sync satisfies InspectedSync;
createInspector(sync) satisfies Inspector;
createInspector(sync, { authorize: undefined, actions: undefined, path: undefined });
createInspector(sync, { authorize: async () => "grace", actions: ["replay"] });

// @ts-expect-error a sync is required
createInspector();
// @ts-expect-error there is no such action
createInspector(sync, { authorize: () => "grace", actions: ["drop"] });
// @ts-expect-error authorize returns the operator's name
createInspector(sync, { authorize: () => true });

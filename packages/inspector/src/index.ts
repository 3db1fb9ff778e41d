export {
  createInspector,
  type Inspector,
  type InspectorConnection,
} from "./create-inspector.ts";
export type { InspectedConnection, InspectedHealth, InspectedSync } from "./inspected-sync.ts";
export type { InspectorAction, InspectorOptions } from "./options.ts";

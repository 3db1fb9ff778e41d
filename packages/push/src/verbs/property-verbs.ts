import type { PropertyNode } from "../documents/nodes.ts";
import {
  CREATE_PROPERTY_DOCUMENT,
  EDIT_PROPERTY_DOCUMENT,
} from "../documents/property-document.ts";
import { ADDRESS_FIELDS, addressInput } from "./address-input.ts";
import type { CreateVerb, EditVerb } from "./verb.ts";

export const PROPERTY_CREATE: CreateVerb<"property"> = {
  kind: "create",
  objectType: "property",
  root: "propertyCreate",
  document: CREATE_PROPERTY_DOCUMENT,
  // Contact and address identify it instead.
  hasMarker: false,
  node: ({ properties }) => (properties as readonly PropertyNode[] | undefined)?.[0] ?? null,
  variables: ({ wanted, parentId }) => ({
    clientId: parentId,
    input: {
      properties: [
        {
          ...(wanted.name ? { name: wanted.name } : {}),
          address: addressInput(wanted, null),
        },
      ],
    },
  }),
};

export const PROPERTY_EDIT: EditVerb<"property"> = {
  kind: "edit",
  objectType: "property",
  root: "propertyEdit",
  document: EDIT_PROPERTY_DOCUMENT,
  node: ({ property }) => (property as PropertyNode | null | undefined) ?? null,
  confirmation: () => null,
  variables: ({ id, changed, node }) => ({
    propertyId: id,
    input: {
      ...("name" in changed ? { name: changed.name ?? "" } : {}),
      ...(ADDRESS_FIELDS.some((name) => name in changed)
        ? { address: addressInput(changed, node.address) }
        : {}),
    },
  }),
};

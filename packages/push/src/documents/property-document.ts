import { defineDocument } from "./document.ts";
import { PROPERTY_SELECTION, payload } from "./selections.ts";

export const READ_PROPERTY_DOCUMENT = defineDocument(
  `query JobberSyncPushProperty($id: EncodedId!) { property(id: $id) { ${PROPERTY_SELECTION} } }`,
);

export const CREATE_PROPERTY_DOCUMENT = defineDocument(
  `mutation JobberSyncPropertyCreate($clientId: EncodedId!, $input: PropertyCreateInput!) {
    propertyCreate(clientId: $clientId, input: $input) {
      ${payload(`properties { ${PROPERTY_SELECTION} }`)}
    }
  }`,
);

export const EDIT_PROPERTY_DOCUMENT = defineDocument(
  `mutation JobberSyncPropertyEdit($propertyId: EncodedId!, $input: PropertyEditInput!) {
    propertyEdit(propertyId: $propertyId, input: $input) {
      ${payload(`property { ${PROPERTY_SELECTION} }`)}
    }
  }`,
);

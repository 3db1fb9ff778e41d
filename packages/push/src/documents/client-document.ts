import { defineDocument } from "./document.ts";
import { CLIENT_SELECTION, PROPERTY_SELECTION, payload } from "./selections.ts";

export const READ_CLIENT_DOCUMENT = defineDocument(
  `query JobberSyncPushClient($id: EncodedId!) { client(id: $id) { ${CLIENT_SELECTION} } }`,
);

export const CLIENT_PROPERTIES_DOCUMENT = defineDocument(
  `query JobberSyncPushProperties($id: EncodedId!, $first: Int!, $after: String) {
    client(id: $id) {
      clientProperties(first: $first, after: $after) {
        nodes { ${PROPERTY_SELECTION} } pageInfo { endCursor hasNextPage }
      }
    }
  }`,
);

export const CLIENT_NOTES_DOCUMENT = defineDocument(
  `query JobberSyncPushClientNotes($id: EncodedId!, $first: Int!, $after: String) {
    client(id: $id) {
      notes(first: $first, after: $after) {
        nodes { id message } pageInfo { endCursor hasNextPage }
      }
    }
  }`,
);

export const CLIENTS_SINCE_DOCUMENT = defineDocument(
  `query JobberSyncPushClientsSince($since: ISO8601DateTime!, $first: Int!, $after: String) {
    clients(filter: { createdAt: { after: $since } }, first: $first, after: $after) {
      nodes { id firstName lastName companyName } pageInfo { endCursor hasNextPage }
    }
  }`,
);

export const FIND_EMAIL_DOCUMENT = defineDocument(
  `query JobberSyncPushFindEmail($searchTerm: String!, $first: Int!) {
    clientEmails(searchTerm: $searchTerm, first: $first) {
      nodes { address client { id isArchived } contact { id } }
    }
  }`,
);

export const FIND_PHONE_DOCUMENT = defineDocument(
  `query JobberSyncPushFindPhone($searchTerm: String!, $first: Int!) {
    clientPhones(searchTerm: $searchTerm, first: $first) {
      nodes { number client { id isArchived } contact { id } }
    }
  }`,
);

export const CREATE_CLIENT_DOCUMENT = defineDocument(
  `mutation JobberSyncClientCreate($input: ClientCreateInput!) {
    clientCreate(input: $input) {
      ${payload(`client { ${CLIENT_SELECTION} clientProperties(first: 5) { nodes { ${PROPERTY_SELECTION} } } }`)}
    }
  }`,
);

export const EDIT_CLIENT_DOCUMENT = defineDocument(
  `mutation JobberSyncClientEdit($clientId: EncodedId!, $input: ClientEditInput!) {
    clientEdit(clientId: $clientId, input: $input) { ${payload(`client { ${CLIENT_SELECTION} }`)} }
  }`,
);

export const ARCHIVE_CLIENT_DOCUMENT = defineDocument(
  `mutation JobberSyncClientArchive($clientId: EncodedId!) {
    clientArchive(clientId: $clientId) { ${payload(`client { ${CLIENT_SELECTION} }`)} }
  }`,
);

export const UNARCHIVE_CLIENT_DOCUMENT = defineDocument(
  `mutation JobberSyncClientUnarchive($clientId: EncodedId!) {
    clientUnarchive(clientId: $clientId) { ${payload(`client { ${CLIENT_SELECTION} }`)} }
  }`,
);

export const NOTE_ON_CLIENT_DOCUMENT = defineDocument(
  `mutation JobberSyncClientNote($clientId: EncodedId!, $input: ClientCreateNoteInput!) {
    clientCreateNote(clientId: $clientId, input: $input) {
      ${payload(`client { ${CLIENT_SELECTION} } clientNote { id message }`)}
    }
  }`,
);

import type { FetchedClient } from "@jobber-sync/core/ports";
import type { ClientData } from "../documents/client-fields.ts";
import { type AddressFields, addressFields } from "./address-fields.ts";
import type { Mapping } from "./mapping.ts";
import { readExtra } from "./read-extra.ts";
import { readFlag, readId, readObject, readText, readTime, readUpdatedAt } from "./read-values.ts";

/**
 * Maps a Jobber client to a contact with every field. Its address is the billing address, or
 * without one the address of the only property.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` when a value is not of the expected type
 */
export function mapClient(data: ClientData, { extra }: Pick<Mapping, "extra"> = {}): FetchedClient {
  const client = readObject(data, "client");
  const fields: FetchedClient["fields"] = {
    name: readText(client.name, "client.name"),
    firstName: readText(client.firstName, "client.firstName"),
    lastName: readText(client.lastName, "client.lastName"),
    companyName: readText(client.companyName, "client.companyName"),
    email: readText(client.email, "client.email"),
    phone: readText(client.phone, "client.phone"),
    isCompany: readFlag(client.isCompany, "client.isCompany"),
    isLead: readFlag(client.isLead, "client.isLead"),
    isArchived: readFlag(client.isArchived, "client.isArchived"),
    ...clientAddress(client),
    webUri: readText(client.jobberWebUri, "client.jobberWebUri"),
    sourceCreatedAt: readTime(client.createdAt, "client.createdAt"),
    ...readExtra(client, extra?.client ?? null),
  };
  return {
    jobberClientId: readId(client.id, "client.id"),
    sourceUpdatedAt: readUpdatedAt(client.updatedAt, "client.updatedAt"),
    fields,
  };
}

function clientAddress({ billingAddress, clientProperties }: ClientData): AddressFields {
  const billing = addressFields(billingAddress, "client.billingAddress");
  if (Object.values(billing).some((part) => part !== null)) return billing;
  const properties = clientProperties?.nodes ?? [];
  if (properties.length !== 1) return billing;
  return addressFields(properties[0]?.address, "client.clientProperties.address");
}

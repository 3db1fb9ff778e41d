/**
 * An address in Jobber's field names. Absent parts are `""` for a client, `null` for a property.
 */
export interface AddressData {
  readonly street: string;
  readonly city: string | null;
  readonly province: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** The fields read from a client. */
export interface ClientData {
  readonly id: string;
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly isCompany: boolean;
  readonly isLead: boolean;
  readonly isArchived: boolean;
  readonly billingAddress: AddressData | null;
  /** At most two: enough to know whether the client has exactly one. */
  readonly clientProperties: { readonly nodes: readonly { readonly address: AddressData }[] };
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The selection of {@link AddressData}. */
export const ADDRESS_FIELDS = "street city province postalCode country";

/** The selection of {@link ClientData}. */
export const CLIENT_FIELDS = `
  id name firstName lastName companyName email phone isCompany isLead isArchived
  billingAddress { ${ADDRESS_FIELDS} }
  clientProperties(first: 2) { nodes { address { ${ADDRESS_FIELDS} } } }
  jobberWebUri createdAt updatedAt
`;

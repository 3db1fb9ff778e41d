import { defineDocument } from "@jobber-sync/api";
import { describe, expect, it } from "vitest";
import { openApi } from "./support/open-api.ts";

const EDIT = defineDocument<
  { readonly clientEdit: { readonly userErrors: readonly { readonly path: readonly string[] }[] } },
  { readonly id: string; readonly firstName: string }
>(`mutation($id: EncodedId!, $firstName: String) {
  clientEdit(clientId: $id, input: { firstName: $firstName }) { client { id } userErrors { message path } }
}`);

async function openWithClient() {
  const opened = await openApi();
  const client = opened.account.addClient({ firstName: "Ann" });
  return { ...opened, client };
}

describe("api.request with a mutation", () => {
  it("returns userErrors where the caller allows them", async () => {
    const { api, client } = await openWithClient();
    const variables = { id: client.id, firstName: " " };
    await expect(api.request("acme", EDIT, variables)).rejects.toMatchObject({
      code: "ERR_API_QUERY",
    });
    const data = await api.request("acme", EDIT, variables, { allowUserErrors: true });
    expect(data.clientEdit.userErrors).toMatchObject([{ path: ["firstName"] }]);
  });

  it("calls beforeSend before each request, also before the repetition with another token", async () => {
    const { api, jobber, account, client } = await openWithClient();
    await api.request("acme", EDIT, { id: client.id, firstName: "Ann" });
    jobber.expireAccessTokens(account);
    const sentBefore: number[] = [];
    const beforeSend = async () => {
      sentBefore.push(jobber.counts.requests);
    };
    const before = jobber.counts.requests;
    await api.request("acme", EDIT, { id: client.id, firstName: "Bea" }, { beforeSend });
    expect(sentBefore).toEqual([before, before + 1]);
  });

  it("does not send a request that beforeSend rejects", async () => {
    const { api, jobber, account, client } = await openWithClient();
    await api.request("acme", EDIT, { id: client.id, firstName: "Ann" });
    const before = jobber.counts.requests;
    const beforeSend = () => Promise.reject(new Error("too late"));
    const variables = { id: client.id, firstName: "Bea" };
    await expect(api.request("acme", EDIT, variables, { beforeSend })).rejects.toThrow("too late");
    expect(jobber.counts.requests).toBe(before);
    expect(account.get("client", client.id)?.firstName).toBe("Ann");
  });
});

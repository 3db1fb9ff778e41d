/** Creates a browser: it keeps the cookies of each origin and follows redirects one by one. */
export function createBrowser() {
  const jars = new Map<string, Map<string, string>>();

  async function open(url: string, headers: Readonly<Record<string, string>> = {}) {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { ...headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  return {
    open,
    /** Opens the URL and every redirect after it; resolves with the last response. */
    async follow(url: string, headers: Readonly<Record<string, string>> = {}) {
      let response = await open(url, headers);
      for (let location = locationOf(response); location !== null; location = locationOf(response))
        response = await open(new URL(location, response.url || url).href, headers);
      return response;
    },
  };
}

function locationOf(response: Response): string | null {
  return response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
}

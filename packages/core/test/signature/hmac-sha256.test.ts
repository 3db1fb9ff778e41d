import { hmacCases } from "../support/hmac-cases.ts";

hmacCases({ pairs: 4000, longestBody: 20_000 });

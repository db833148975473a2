import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { TasukiError } from "@tasuki/protocol";

/** Browsers that may call: none; or one with a page that this listener itself gave it. */
export type Browsers = "none" | "own-page";

/**
 * Refuses headers that no program of a relay sends, before the caller is identified: an identity that comes from the network, or a cookie, can be
 * abused by a page in a browser of the caller's (CSRF, DNS rebinding). Headers of proxies are not read. Throws `browser_refused`, `wrong_host`,
 * `malformed_request` or `unsupported_media_type`.
 */
export function checkHygiene(
  { method, headers, rawHeaders }: Pick<IncomingMessage, "method" | "headers" | "rawHeaders">,
  allowedHosts: readonly string[],
  browsers: Browsers = "none",
): void {
  if (browsers === "none" && isOfBrowser(headers))
    throw new TasukiError(
      "browser_refused",
      "The request has an 'Origin', 'Referer' or 'Sec-Fetch-…' header, as browsers send them. Call the bus from a program or a script.",
    );
  if (browsers === "own-page" && isOfOtherPage(method, headers))
    throw new TasukiError(
      "browser_refused",
      "The request comes from a page of another place: its 'Origin', 'Referer' or 'Sec-Fetch-Site' says so.",
    );
  const repeated = singular.find((name) => countOf(name, rawHeaders) > 1);
  if (repeated !== undefined) throw new TasukiError("malformed_request", `The header '${repeated}' stands in the request twice.`);
  const host = headers.host?.toLowerCase();
  if (host === undefined || !allowedHosts.includes(host))
    throw new TasukiError("wrong_host", `The Host header must be one of: ${allowedHosts.join(", ")}.`);
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue")
    throw new TasukiError("malformed_request", "Expect may only be '100-continue'.");
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked")
    throw new TasukiError("malformed_request", "Transfer-Encoding may only be 'chunked'.");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new TasukiError("unsupported_media_type", "Content-Encoding is not taken: send the bytes as they are.");
}

function isOfBrowser(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some(
    (name) =>
      name === "origin" ||
      name === "referer" ||
      // `sec-fetch-mode: cors` is what Node's own fetch sends, and no other header of the family; a browser never sends the mode alone.
      (name.startsWith("sec-fetch-") && !(name === "sec-fetch-mode" && headers[name] === "cors")),
  );
}

/**
 * True where a browser says that a page of another origin made the request. A browser sends Origin with every request that could change something,
 * and Sec-Fetch-Site to this machine's own addresses. Source: the Fetch standard, section 3.1; Fetch Metadata, section 2.
 */
function isOfOtherPage(method: string | undefined, { host, origin, referer, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  const own = `http://${host?.toLowerCase()}`;
  if (origin !== undefined && origin !== own) return true;
  if (referer !== undefined && referer !== own && !referer.startsWith(`${own}/`)) return true;
  // `none`: the user typed the address, or opened it from another program.
  return site !== undefined && site !== "same-origin" && !(site === "none" && method === "GET");
}

/**
 * Headers that a request may have once. Node takes the first of several, where another program may take the last; RFC 9112, section 3.2, wants
 * a second Host refused.
 */
const singular = ["host", "authorization", "content-type"];

/** Counts a header in a request. `rawHeaders` has names and values in turn. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((raw, at) => at % 2 === 0 && raw.length === name.length && raw.toLowerCase() === name).length;
}

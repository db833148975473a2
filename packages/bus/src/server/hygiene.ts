import type { IncomingMessage } from "node:http";
import { TasukiError } from "@tasuki/protocol";

/**
 * Refuses headers that no program of a relay sends, before the caller is identified: an identity that comes from the network can be abused
 * by a browser on the same machine (CSRF, DNS rebinding). Throws `browser_refused`, `wrong_host`, `malformed_request` or
 * `unsupported_media_type`.
 */
export function checkHygiene({ headers, rawHeaders }: IncomingMessage, allowedHosts: readonly string[]): void {
  const browser = Object.keys(headers).find(
    (name) =>
      name === "origin" ||
      name === "referer" ||
      // `sec-fetch-mode: cors` is what Node's own fetch sends, and no other header of the family; a browser never sends the mode alone.
      (name.startsWith("sec-fetch-") && !(name === "sec-fetch-mode" && headers[name] === "cors")),
  );
  if (browser !== undefined)
    throw new TasukiError(
      "browser_refused",
      "The request has an 'Origin', 'Referer' or 'Sec-Fetch-…' header, as browsers send them. Call the bus from a program or a script.",
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

/**
 * Headers that a request may have once. Node takes the first of several, where another program may take the last; RFC 9112, section 3.2, wants
 * a second Host refused.
 */
const singular = ["host", "authorization", "content-type"];

/** Counts a header in a request. `rawHeaders` has names and values in turn. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((raw, at) => at % 2 === 0 && raw.length === name.length && raw.toLowerCase() === name).length;
}

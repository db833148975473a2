import PostalMime, { type Address } from "postal-mime";
import { htmlToText } from "./html-text.ts";
import type { Reading } from "./reading.ts";

const deepest = 32;

/** Text of an e-mail (RFC 5322, MIME): its subject as a heading, who and when, and its plain text, or else that of its HTML. Attachments are said. */
export async function mailToText(bytes: Uint8Array): Promise<Reading> {
  const mail = await PostalMime.parse(bytes, { maxNestingDepth: deepest });
  const plain = mail.text?.trim() ?? "";
  const page = plain === "" && mail.html !== undefined ? htmlToText(mail.html) : undefined;
  const fields = [
    ["From", nameOf(mail.from)],
    ["To", (mail.to ?? []).map(nameOf).join(", ")],
    ["Cc", (mail.cc ?? []).map(nameOf).join(", ")],
    ["Date", mail.date ?? ""],
  ].flatMap(([field, value]) => (value === "" || value === undefined ? [] : [`${field}: ${value}`]));
  const head = [...(mail.subject === undefined ? [] : [`# ${mail.subject}`]), fields.join("\n")].filter((part) => part !== "").join("\n\n");
  const start = head === "" ? "" : `${head}\n\n`;
  const attached = mail.attachments.map(({ filename, mimeType }) => `the attachment ${filename ?? "without a name"} (${mimeType})`);
  const own = page !== undefined && "text" in page ? page : { text: `${plain}\n` };
  if (own.text.trim() === "")
    return { unreadable: `there is no text in the e-mail${attached.length > 0 ? `, but ${attached.join(", ")}: give that instead` : ""}` };
  return {
    text: start + own.text.replaceAll("\r\n", "\n"),
    blocks: (own.blocks ?? []).map(({ from, to, kind }) => ({ from: from + start.length, to: to + start.length, kind })),
    dropped: [...(own.dropped ?? []), ...attached],
  };
}

function nameOf(address: Address | undefined): string {
  if (address === undefined) return "";
  return address.address === undefined ? address.name : `${address.name} <${address.address}>`.trim();
}

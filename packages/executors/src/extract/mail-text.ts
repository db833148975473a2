import { isUtf8 } from "node:buffer";
import PostalMime, { type Address, type Email } from "postal-mime";
import { decodeText } from "./decode.ts";
import { htmlToText } from "./html-text.ts";
import type { Reading, TextBlock } from "./reading.ts";

const deepest = 32;
// Share of the words of a mail's page that its plain text lacks from which on it is no version of the page.
const mostLacking = 0.1;

/** A part of a mail that is read: its text, and what is known of it. */
type Body = Exclude<Reading, { unreadable: string }>;

/**
 * Text of an e-mail (RFC 5322, MIME): its subject as a heading, who and when, and its plain text; its HTML where there is no plain text, or where that lacks
 * words of the page. Attachments are said.
 */
export async function mailToText(bytes: Uint8Array): Promise<Reading> {
  const { mail, guessed } = await parse(bytes);
  const fields = [
    ["From", nameOf(mail.from)],
    ["To", (mail.to ?? []).map(nameOf).join(", ")],
    ["Cc", (mail.cc ?? []).map(nameOf).join(", ")],
    ["Date", mail.date ?? ""],
  ].flatMap(([field, value]) => (value === "" || value === undefined ? [] : [`${field}: ${value}`]));
  const head = [...(mail.subject === undefined ? [] : [`# ${mail.subject}`]), fields.join("\n")].filter((part) => part !== "").join("\n\n");
  const start = head === "" ? "" : `${head}\n\n`;
  const attached = mail.attachments.map(({ filename, mimeType }) => `the attachment ${filename ?? "without a name"} (${mimeType})`);
  const own = bodyOf(mail);
  if (own.text.trim() === "")
    return { unreadable: `there is no text in the e-mail${attached.length > 0 ? `, but ${attached.join(", ")}: give that instead` : ""}` };
  const text = start + own.text;
  const lost = text.split("\uFFFD").length - 1;
  const blocks = (own.blocks ?? []).map(({ from, to, kind }): TextBlock => ({ from: from + start.length, to: to + start.length, kind }));
  const wrong = lost > 0 ? [`characters that are none in the encoding that the mail declares: ${lost}`] : [];
  return { text, blocks, dropped: [...(own.dropped ?? []), ...wrong, ...attached], guessed };
}

/**
 * Parses a mail. One in a single-byte encoding that it does not declare, as old programs write it, is decoded by a guess first; and one in UTF-8 that declares
 * ASCII or Latin-1 is read as UTF-8.
 */
async function parse(bytes: Uint8Array): Promise<{ readonly mail: Email; readonly guessed: readonly string[] }> {
  const read = (given: Uint8Array): Promise<Email> => PostalMime.parse(given, { maxNestingDepth: deepest });
  const raw = Buffer.from(bytes).toString("latin1");
  const hasHigh = /[\x80-\xFF]/.test(raw);
  if (hasHigh && western.test(raw) && isUtf8(Buffer.from(bytes))) {
    const mail = await read(Buffer.from(raw.replaceAll(new RegExp(western, "gi"), "charset=utf-8"), "latin1"));
    if (!isBroken(mail)) return { mail, guessed: ["the encoding of its text, which is UTF-8, and declared as another one"] };
  }
  const mail = await read(bytes);
  if (!isBroken(mail) || /charset\s*=/i.test(raw)) return { mail, guessed: [] };
  const decoded = await decodeText(bytes);
  if ("unreadable" in decoded) return { mail, guessed: [] };
  return {
    mail: await read(Buffer.from(decoded.text)),
    guessed: decoded.guessed ?? ["the encoding of its text, which it does not declare"],
  };
}

const western = /charset\s*=\s*"?(?:us-ascii|ascii|iso-8859-1|latin-?1|windows-1252)\b"?/i;

function isBroken({ subject = "", text = "", html = "" }: Email): boolean {
  return `${subject}${text}${html}`.includes("\uFFFD");
}

function bodyOf({ text = "", html }: Email): Body {
  const plain: Body = { text: `${quotesApart(text.replaceAll("\r\n", "\n").trim())}\n` };
  if (html === undefined) return plain;
  const page = htmlToText(html);
  if (!lacks(plain, page)) return plain;
  if (!lacks(page, plain)) return page;
  // Two texts of their own, such as those of two parts.
  const from = plain.text.length + 1;
  const blocks = (page.blocks ?? []).map((block) => ({ ...block, from: block.from + from, to: block.to + from }));
  return { ...page, text: `${plain.text}\n${page.text}`, blocks };
}

const longestAttribution = 300;

/**
 * Plain text of a mail with each older mail that it quotes as a section of its own, without the `>` of its lines, below the line that says whose it is:
 * `On Monday, Ann wrote:`. A quotation without such a line stays as it is.
 */
function quotesApart(text: string): string {
  const lines = text.split("\n");
  const written: string[] = [];
  // Depths of the open quotations whose marks are left out.
  let open = 0;
  let depth = 0;
  for (const line of lines) {
    const marks = /^(?:>[ ]?)+/.exec(line)?.[0] ?? "";
    const now = marks.split(">").length - 1;
    if (now > depth && now === open + 1 && headLast(written, now)) open = now;
    else if (now < open) {
      open = now;
      if (line.trim() !== "" && written.at(-1)?.trim() !== "") written.push("");
    }
    depth = now;
    written.push(now === 0 || now > open ? line : line.slice(marks.length));
  }
  return written.join("\n");
}

/** Makes the paragraph that lines end with a heading, if it says whose the quotation below it is; false where it does not. */
function headLast(lines: string[], depth: number): boolean {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === "") end -= 1;
  // Long ones are broken, once at most.
  const above = lines[end - 2]?.trim() ?? "";
  const from = Math.max(0, above === "" || above.endsWith(":") ? end - 1 : end - 2);
  const said = lines.slice(from, end).join(" ").trim();
  if (said.length > longestAttribution || !/[\d@].*:$/.test(said)) return false;
  lines.splice(
    Math.max(0, from),
    lines.length,
    ...(lines[from - 1]?.trim() === "" ? [] : [""]),
    `${"#".repeat(Math.min(6, depth + 1))} ${said}`,
    "",
  );
  return true;
}

/** True for a text without many of the words of another. */
function lacks(body: Body, other: Body): boolean {
  const [own, wanted] = [wordsOf(body.text), wordsOf(other.text)];
  return [...wanted].filter((word) => !own.has(word)).length > mostLacking * wanted.size;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

function nameOf(address: Address | undefined): string {
  if (address === undefined) return "";
  return address.address === undefined ? address.name : `${address.name} <${address.address}>`.trim();
}

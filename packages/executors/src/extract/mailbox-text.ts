import { mailToText } from "./mail-text.ts";
import type { Reading, TextBlock } from "./reading.ts";

/** Text of the mails of a mailbox (mbox, RFC 4155), one after the other, or of a single mail. Mails without text are said. */
export async function mailboxToText(bytes: Uint8Array): Promise<Reading> {
  const mails = mailsIn(bytes);
  if (mails.length === 1) return mailToText(mails[0] ?? bytes);
  let text = "";
  let unread = 0;
  const [blocks, dropped, guessed]: [TextBlock[], string[], string[]] = [[], [], []];
  for (const mail of mails) {
    const found = await mailToText(mail);
    if ("unreadable" in found) {
      unread += 1;
      continue;
    }
    if (text !== "") text += "\n";
    // Without a heading of its own it would stand below that of the mail before it.
    if (!found.text.startsWith("# ")) text += "# Without a subject\n\n";
    const from = text.length;
    blocks.push(...(found.blocks ?? []).map((block) => ({ ...block, from: block.from + from, to: block.to + from })));
    dropped.push(...(found.dropped ?? []));
    guessed.push(...(found.guessed ?? []));
    text += found.text;
  }
  if (text === "") return { unreadable: `there is no text in its ${mails.length} e-mails` };
  if (unread > 0) dropped.push(`e-mails without text: ${unread}`);
  return { text, blocks, dropped: clipped(dropped), guessed: clipped(guessed) };
}

// A mailbox may have thousands of attachments; these are named.
const mostSaid = 20;

/** Phrases, each once, and how many more there are. */
function clipped(phrases: readonly string[]): string[] {
  const each = [...new Set(phrases)];
  return each.length <= mostSaid ? each : [...each.slice(0, mostSaid), `${each.length - mostSaid} more such parts`];
}

// The line before each mail of a mailbox: who sent it and when, below a blank line and above a header.
const postmark = /(?:^|\n\r?\n)(From [^\r\n]{3,200})\r?\n(?=>?[A-Za-z][A-Za-z0-9-]{0,60}:)/g;
const when = /\d:\d\d.*\b\d{4}\b/;

/** Mails of a mailbox, each without its postmark, and without the `>` before a line of its text that looks like one; the bytes alone where it is none. */
function mailsIn(bytes: Uint8Array): readonly Uint8Array[] {
  const raw = Buffer.from(bytes).toString("latin1");
  if (!raw.startsWith("From ")) return [bytes];
  const marks = [...raw.matchAll(postmark)].filter(([, line = ""]) => when.test(line));
  if (marks[0]?.index !== 0) return [bytes];
  return marks.map((mark, at) => {
    const mail = raw.slice(mark.index + mark[0].length, marks[at + 1]?.index);
    return Buffer.from(mail.replaceAll(/^>(?=>*From )/gm, ""), "latin1");
  });
}

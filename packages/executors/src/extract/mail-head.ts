const field = /^([A-Za-z][A-Za-z0-9-]*):[ \t]?/;
const ofMail = new Set(
  "from to cc bcc subject date message-id mime-version received return-path delivered-to reply-to content-type x-mailer".split(" "),
);

/** True where a text begins with the header of an e-mail (RFC 5322): fields alone, four of them those of mail, one of them `From` or `Received`. */
export function looksLikeMail(text: string): boolean {
  const found = new Set<string>();
  for (const line of text.replace(/^From .*\r?\n/, "").split(/\r?\n/)) {
    if (line === "") break;
    if (/^[ \t]/.test(line) && found.size > 0) continue;
    const name = field.exec(line)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    if (ofMail.has(name)) found.add(name);
  }
  return found.size >= 4 && (found.has("from") || found.has("received"));
}

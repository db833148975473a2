/** A line of a page: one below the other, or where it is put, in points from the lower left corner. ASCII. */
export type PdfLine = string | { readonly text: string; readonly x: number; readonly y: number; readonly size?: number };

/** A page of 612 by 792 points: its lines, or these with annotations, each as a dictionary's entries (ISO 32000-1, 12.5). */
export type PdfPage = readonly PdfLine[] | { readonly lines: readonly PdfLine[]; readonly annotations: readonly string[] };

/** Minimal PDF (ISO 32000-1) of pages. `content` are operators that stand on every page besides. */
export function toPdf(pages: readonly PdfPage[], { trailer = "", content = "" } = {}): Uint8Array {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"];
  const add = (object: string): string => `${objects.push(object)} 0 R`;
  const kids = pages.map((page) => {
    const { lines, annotations } = "lines" in page ? page : { lines: page, annotations: [] };
    const stream = `${toContent(lines)}\n${content}`;
    const contents = add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
    const annots = annotations.map((entries) => add(`<< /Type /Annot ${entries} >>`));
    const resources = "/Resources << /Font << /F1 3 0 R >> >>";
    return add(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${contents} ${resources} /Annots [${annots.join(" ")}] >>`);
  });
  objects[1] = `<< /Type /Pages /Count ${pages.length} /Kids [${kids.join(" ")}] >>`;
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  return Buffer.from(
    `${file}xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R ${trailer}>>\nstartxref\n${file.length}\n%%EOF\n`,
    "latin1",
  );
}

function toContent(lines: readonly PdfLine[]): string {
  const flowing = lines.filter((line) => typeof line === "string").map((line) => `${literal(line)} Tj 0 -20 Td`);
  const placed = lines.flatMap((line) =>
    typeof line === "string" ? [] : [`BT /F1 ${line.size ?? 12} Tf ${line.x} ${line.y} Td ${literal(line.text)} Tj ET`],
  );
  return [`BT /F1 12 Tf 50 700 Td`, ...flowing, "ET", ...placed].join("\n");
}

/** Text as a PDF has it (ISO 32000-1, 7.3.4.2). */
export function literal(text: string): string {
  return `(${text.replaceAll(/[\\()]/g, String.raw`\$&`)})`;
}

/** Encryption for a trailer that makes a PDF ask for a password that nobody has: the standard security handler with keys of nothing. */
export const encryption = `/ID [<${"0".repeat(32)}> <${"0".repeat(32)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> >> `;

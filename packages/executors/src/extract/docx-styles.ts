/** Traits that a document's styles (ECMA-376, part 1, section 17.7) give to the text that has them. */
export interface DocxStyles {
  /** Rules in the language of mammoth: headings by their level, lists of contents, raised and lowered text. */
  readonly map: readonly string[];
  /** Ids of the styles whose text is hidden or struck. */
  readonly gone: ReadonlySet<string>;
}

interface Style {
  readonly type: string;
  readonly name: string;
  readonly basedOn: string | undefined;
  /** Level of a heading, from 0. */
  readonly level: number | undefined;
  readonly isGone: boolean | undefined;
  readonly raised: string | undefined;
}

// Styles that are each based on another one. Word itself stops at 11.
const deepest = 20;

export function readDocxStyles(xml: string): DocxStyles {
  const styles = new Map<string, Style>();
  for (const part of xml.split(/<w:style\b/).slice(1)) {
    const [head = ""] = /^[^<>]*/.exec(part) ?? [];
    const [body = ""] = part.split("</w:style>", 1);
    const level = valueOf(body, "outlineLvl");
    styles.set(attributeOf(head, "styleId"), {
      type: attributeOf(head, "type"),
      name: valueOf(body, "name") ?? "",
      basedOn: valueOf(body, "basedOn"),
      level: level === undefined ? undefined : Number(level),
      isGone: isOn(body, ["vanish", "strike", "dstrike"]),
      raised: { superscript: "sup", subscript: "sub" }[valueOf(body, "vertAlign") ?? ""],
    });
  }
  const map: string[] = [];
  const gone = new Set<string>();
  for (const [id, { type, name }] of styles) {
    const found = inherited(styles, id);
    if (found.isGone === true) gone.add(id);
    const selector = `${type === "character" ? "r" : "p"}[style-name='${name.replaceAll(/[\\']/g, String.raw`\$&`)}']`;
    if (name === "" || (type !== "character" && type !== "paragraph")) continue;
    if (/^(?:toc \d|toc heading|table of figures|index \d)$/i.test(name)) map.push(`${selector} => nav.toc > p:fresh`);
    else if (type === "paragraph" && found.level !== undefined && found.level < 9)
      map.push(`${selector} => h${Math.min(6, found.level + 1)}:fresh`);
    else if (type === "character" && found.raised !== undefined && !/reference/i.test(name)) map.push(`${selector} => ${found.raised}`);
  }
  return { map, gone };
}

/** Traits that a style has by itself, or by the styles that it is based on. */
function inherited(styles: ReadonlyMap<string, Style>, id: string): Pick<Style, "level" | "isGone" | "raised"> {
  let [level, isGone, raised]: [Style["level"], Style["isGone"], Style["raised"]] = [undefined, undefined, undefined];
  let style = styles.get(id);
  for (let depth = 0; depth < deepest && style !== undefined; depth += 1) {
    const [, heading] = /^heading (\d)$/i.exec(style.name) ?? [];
    level ??= style.level ?? (heading === undefined ? undefined : Number(heading) - 1);
    isGone ??= style.isGone;
    raised ??= style.raised;
    style = styles.get(style.basedOn ?? "");
  }
  return { level, isGone, raised };
}

function attributeOf(head: string, name: string): string {
  return new RegExp(String.raw`\bw:${name}="([^"]*)"`).exec(head)?.[1] ?? "";
}

function valueOf(body: string, name: string): string | undefined {
  const tag = new RegExp(`<w:${name}\\b([^<>]*)>`).exec(body)?.[1];
  return tag === undefined ? undefined : attributeOf(tag, "val");
}

/** True where one of some properties is on; undefined where none is said. */
function isOn(body: string, names: readonly string[]): boolean | undefined {
  const tags = names.flatMap((name) => new RegExp(`<w:${name}\\b([^<>]*)>`).exec(body)?.[1] ?? []);
  return tags.length === 0 ? undefined : tags.some((tag) => !/^(?:0|false|off)$/.test(attributeOf(tag, "val")));
}

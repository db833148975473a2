import { applyEdits, type JSONPath, modify, parse, type ParseError } from "jsonc-parser";

/**
 * The text of a `config.jsonc` with the node's own port and the roster's URLs set, everything else (comments, order) as it was. A text
 * that is not JSON with comments comes back as it is: the node says what is wrong with it when it starts.
 */
export function withAddresses(
  text: string,
  { port, roster }: { readonly port: number; readonly roster: Readonly<Record<string, string>> },
): string {
  const errors: ParseError[] = [];
  parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) return text;
  const edits: [JSONPath, unknown][] = [
    [["listen", "port"], port],
    ...Object.entries(roster).map(([role, url]): [JSONPath, unknown] => [["roster", role, "url"], url]),
  ];
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return edits.reduce((now, [path, value]) => applyEdits(now, modify(now, path, value, { formattingOptions })), text);
}

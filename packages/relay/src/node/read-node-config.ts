import { readFile } from "node:fs/promises";
import { TasukiError, toExpected, type Unmet } from "@tasuki/contracts";
import { findNodeAtLocation, type Node, type ParseError, parseTree, getNodeValue, printParseErrorCode } from "jsonc-parser";
import { NodeConfig } from "./node-config.ts";

const example = '{ "listen": { "port": 18101 }, "roster": { "main": { "url": "http://127.0.0.1:18100" } } }';

/** Reads `config.jsonc`. Rejects with `invalid_state` that names the file, the line, and what to write there. */
export async function readNodeConfig(path: string): Promise<NodeConfig> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new TasukiError(
      "invalid_state",
      `The node's configuration, ${path}, can't be read. It says where the node listens and where the others are: ${example}`,
      { cause },
    );
  });
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined || tree === undefined) {
    const what = first === undefined ? "it is empty" : printParseErrorCode(first.error);
    throw new TasukiError(
      "invalid_state",
      `${path}:${lineAt(text, first?.offset ?? 0)}: this is not JSON with comments (${what}). Write: ${example}`,
    );
  }
  const config = NodeConfig.safeParse(getNodeValue(tree));
  if (config.success) return config.data;
  const unmet = config.error.issues.map((issue): Unmet => {
    const path = issue.path.map(String);
    const at = path.join(".");
    return {
      file: "config.jsonc",
      ...(at !== "" && { path: at }),
      line: lineAt(text, nearest(tree, path)?.offset ?? 0),
      expected: toExpected(issue),
      got: issue.code,
      fix:
        issue.code === "unrecognized_keys" ? `remove ${issue.keys.join(", ")}, or mend the spelling` : `write '${at}' as the message says`,
    };
  });
  const said = unmet.map(({ line, path: at, expected, fix }) => `${path}:${line}: ${at ?? "the file"}: expected ${expected}; ${fix}`);
  throw new TasukiError("invalid_state", said.join("\n"), { unmet });
}

/** The node of a path, or of the nearest part of it that is there. */
function nearest(tree: Node, path: readonly string[]): Node | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const segments = path.slice(0, length).map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
    const found = length === 0 ? tree : findNodeAtLocation(tree, segments);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

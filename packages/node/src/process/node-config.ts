import { gotAt, Name, operatorPort, TasukiError, toExpected, type Unmet } from "@tasuki/protocol";
import { accessFields, checkAccess } from "@tasuki/bus";
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { z } from "zod";
import { readOwnText } from "./read-own-text.ts";

/** Configuration of a node, `<data>/config.jsonc`, which its operator writes. Nothing of it ever comes from the wire. */
export const NodeConfig = z
  .strictObject({
    /** Name of the node in keys, trust and rosters; the role's by default. */
    node: Name.optional(),
    ...accessFields,
    /**
     * Doors of main's operator API beside `operator.sock`, which is always open: `loopback` is 127.0.0.1, by a session from a one-time link;
     * `tailnet` is the machine's address in the tailnet, by the identity of the caller. None by default.
     */
    operator: z
      .strictObject({
        listen: z.array(z.enum(["loopback", "tailnet"])).default([]),
        port: z.int().min(0).max(65_535).default(operatorPort),
      })
      .prefault({}),
    /** Executor that does the work; the executors package reads it. */
    executor: z.looseObject({ kind: z.string() }).default({ kind: "embedded" }),
    limits: z
      .strictObject({
        queue: z.int().positive().default(10_000),
        attemptsAtOnce: z.int().positive().default(1),
        /** Intakes of main at once: each is a process that reads documents of strangers. */
        intakesAtOnce: z.int().positive().default(4),
        /** Attempts at a task, those that the end of the node cut off included; an outcome may allow fewer. */
        attempts: z.int().positive().default(5),
        leaseMs: z.int().positive().default(15_000),
        /** Milliseconds by which another node's clock may differ from this one's before it is suspect. */
        clockSkewMs: z.int().positive().default(10_000),
        /** Bytes of room on the disk of the data folder below which nothing new is taken. */
        minFreeBytes: z
          .int()
          .nonnegative()
          .default(256 * 1024 * 1024),
      })
      .prefault({}),
  })
  .superRefine(checkAccess)
  .superRefine(({ operator, identity, listen }, context) => {
    const complain = (path: string[], message: string): void => context.addIssue({ code: "custom", path: ["operator", ...path], message });
    if (operator.listen.includes("tailnet") && identity.provider !== "tailscale")
      complain(["listen"], "'loopback' alone: callers of the tailnet are identified by the provider 'tailscale' only");
    if (operator.listen.length > 0 && operator.port !== 0 && operator.port === listen.port)
      complain(["port"], "another port than the bus has (listen.port)");
  });
export type NodeConfig = z.infer<typeof NodeConfig>;

const example = '{ "listen": { "port": 18101 }, "roster": { "main": { "url": "http://127.0.0.1:18100" } } }';

/** Reads a configuration. Rejects with `invalid_state`, whose message names the file, the line, and what to write there. */
export async function readNodeConfig(path: string): Promise<NodeConfig> {
  const text = await readOwnText(path, `It says where the node listens and where the others are: ${example}`);
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
  const value: unknown = getNodeValue(tree);
  const config = NodeConfig.safeParse(value);
  if (config.success) return config.data;
  const unmet = config.error.issues.map((issue): Unmet => {
    const path = issue.path.map(String);
    const at = path.join(".");
    return {
      file: "config.jsonc",
      ...(at !== "" && { path: at }),
      line: lineAt(text, nearest(tree, path)?.offset ?? 0),
      expected: toExpected(issue),
      got: gotAt(value, issue.path),
      fix:
        issue.code === "unrecognized_keys"
          ? `remove ${issue.keys.join(", ")}, or mend the spelling`
          : `correct ${at === "" ? "the file" : `'${at}'`}`,
    };
  });
  const said = unmet.map(({ line, path: at, expected, fix }) => `${path}:${line}: ${at ?? "the file"}: expected ${expected}; ${fix}`);
  throw new TasukiError("invalid_state", said.join("\n"), { unmet });
}

/** Node of the JSON tree at a path, or at the nearest part of it that is there. */
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

/**
 * Text of a configuration with the node's own port and the roster's URLs set; everything else (comments, order) stays. A text that is not JSON with
 * comments comes back unchanged: `readNodeConfig` says what is wrong with it when the node starts.
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

import { TasukiError } from "@tasuki/contracts";
import { getNodeValue, type Node, parseTree, type ParseError, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { busCapability, Permission } from "./permission.ts";

/** A caller as the policy names it: tags of machines, groups of people. */
interface Subject {
  readonly tags?: readonly string[];
  readonly groups?: readonly string[];
}

/** A permission as the file gives it: to whom, on machines with which tag. */
export interface Grant {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly permission: Permission;
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** The parsed policy file: who may do what, and nothing else is allowed. */
export interface Policy {
  /** In the file's order. */
  readonly grants: readonly Grant[];
  /** The lines of permissions that are not well formed, and so grant nothing. */
  readonly unread: readonly number[];
  /** The lines of entries that open ports from everybody, or of every machine: there the tailnet stops nobody, and the nodes alone do. */
  readonly wide: readonly number[];
  /** What a caller may do on a node of a role; the same list each time. */
  permissionsFor(subject: Subject, to: string): readonly Permission[];
}

/** The people and scripts that operate the relay. */
export const opsGroup = "group:tasuki-ops";

/** What the tags of the relay's machines begin with; the role follows. */
export const tagPrefix = "tag:tasuki-";

/** The tag of the machine of a role. */
export function tagOf(role: string): string {
  return `${tagPrefix}${role}`;
}

// The control server judges the rest of the file; here only the application grants are read.
const Ends = z.looseObject({ src: z.array(z.string()), dst: z.array(z.string()) });

/** Reads a policy file (HuJSON). A grant or permission that is not well formed grants nothing. Throws `malformed_message` where the file is no policy at all. */
export function parsePolicy(text: string): Policy {
  const errors: ParseError[] = [];
  const document = parseTree(text, errors, { allowTrailingComma: true });
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  const first = errors[0];
  if (first !== undefined)
    throw new TasukiError(
      "malformed_message",
      `The policy file is not HuJSON: ${printParseErrorCode(first.error)} in line ${lineOf(first.offset)}.`,
    );
  if (document?.type !== "object" || (member(document, "grants")?.type ?? "array") !== "array")
    throw new TasukiError("malformed_message", "The policy file must be an object with 'grants'.");
  const wide = ["grants", "acls"]
    .flatMap((section) => elements(member(document, section)))
    .filter((entry) => isWide(getNodeValue(entry)))
    .map(({ offset }) => lineOf(offset));
  const found = elements(member(document, "grants")).flatMap((grant) => {
    const ends = Ends.safeParse(getNodeValue(grant));
    const granted = member(member(grant, "app"), busCapability);
    return ends.success ? elements(granted).map((node) => ({ ends: ends.data, node })) : [];
  });
  const read = found.map(({ ends: { src, dst }, node }) => ({
    permission: Permission.safeParse(getNodeValue(node)),
    src,
    dst,
    line: lineOf(node.offset),
  }));
  const grants = read.flatMap(({ permission, ...where }) => (permission.success ? [{ ...where, permission: permission.data }] : []));
  const known = new Map<string, readonly Permission[]>();
  return {
    grants,
    unread: read.flatMap(({ permission, line }) => (permission.success ? [] : [line])),
    wide,
    permissionsFor({ tags = [], groups = [] }, to) {
      const names = new Set([...tags, ...groups]);
      const key = [to, ...names].join(" ");
      const permissions =
        known.get(key) ??
        grants
          .filter(({ src, dst, permission }) => permission.to === to && dst.includes(tagOf(to)) && src.some((one) => names.has(one)))
          .map(({ permission }) => permission);
      known.set(key, permissions);
      return permissions;
    },
  };
}

// A grant without `ip` opens no port. In `acls`, the older form, every entry does, and `dst` has ports: `*:*`.
const Entry = z
  .looseObject({ src: z.array(z.string()), dst: z.array(z.string()) })
  .and(z.union([z.object({ ip: z.array(z.string()) }), z.object({ action: z.literal("accept") })]));

function isWide(entry: unknown): boolean {
  const read = Entry.safeParse(entry);
  return read.success && (read.data.src.some((one) => everybody.has(one)) || read.data.dst.some((one) => /^\*(:|$)/.test(one)));
}

const everybody = new Set(["*", "autogroup:member", "autogroup:tagged", "autogroup:danger-all"]);

/** The value of an object's member; of a name that is there twice the last, as every JSON parser takes it. */
function member(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== "object") return undefined;
  return node.children?.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function elements(node: Node | undefined): readonly Node[] {
  return node?.type === "array" ? (node.children ?? []) : [];
}

import { TasukiError } from "@tasuki/protocol";
import { getNodeValue, type Node, parseTree, type ParseError, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { capabilityNames, type OperatorLevel, type Permission, readPermission } from "./permission.ts";

/** A caller as the policy names it: tags of machines, groups of people. */
interface Subject {
  readonly tags?: readonly string[];
  readonly groups?: readonly string[];
}

/** A permission of the file, given to callers `src` on machines `dst`. */
export interface Grant {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly permission: Permission;
  /** Line of the permission in the file, from 1. */
  readonly line: number;
}

/** The parsed policy file. Everything that it does not grant is denied. */
export interface Policy {
  /** Grants in the file's order. */
  readonly grants: readonly Grant[];
  /** Lines of permissions that are not well formed, and so grant nothing. */
  readonly unread: readonly number[];
  /** Lines of entries that open ports to everybody, or of every machine: there the tailnet stops nobody, and the nodes alone do. */
  readonly wide: readonly number[];
  /** Permissions of a caller on a node of a role. Equal arguments get the same list each time. */
  permissionsFor(subject: Subject, to: string): readonly Permission[];
}

/** Name of the group of people and scripts that operate the relay. */
export const opsGroup = "group:tasuki-ops";

/** Name of the group of people who have one level of the operator API, and nothing of the bus. */
export function levelGroup(level: OperatorLevel): string {
  return `group:tasuki-${level}`;
}

/** Beginning of the tags of the relay's machines, which the role's name follows. */
export const tagPrefix = "tag:tasuki-";

/** Tag of the machine of a role. */
export function tagOf(role: string): string {
  return `${tagPrefix}${role}`;
}

/** Callers and machines of a grant. Only application grants are read here; the control server judges the rest of the file. */
const Ends = z.looseObject({ src: z.array(z.string()), dst: z.array(z.string()) });

/** Reads a policy file (HuJSON). A malformed grant or permission grants nothing. Throws `malformed_message` for a file that is no policy at all. */
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
    if (!ends.success) return [];
    return capabilityNames.flatMap((capability) =>
      elements(member(member(grant, "app"), capability)).map((node) => ({ ends: ends.data, capability, node })),
    );
  });
  const read = found.map(({ ends: { src, dst }, capability, node }) => ({
    permission: readPermission(capability, getNodeValue(node)),
    src,
    dst,
    line: lineOf(node.offset),
  }));
  const grants = read.flatMap(({ permission, ...where }) => (permission === undefined ? [] : [{ ...where, permission }]));
  const known = new Map<string, readonly Permission[]>();
  return {
    grants,
    unread: read.flatMap(({ permission, line }) => (permission === undefined ? [line] : [])),
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

/** An entry that opens ports: a grant with `ip`, or any entry of `acls`, the older form, whose `dst` includes ports (`*:*`). */
const Entry = z
  .looseObject({ src: z.array(z.string()), dst: z.array(z.string()) })
  .and(z.union([z.object({ ip: z.array(z.string()) }), z.object({ action: z.literal("accept") })]));

function isWide(entry: unknown): boolean {
  const read = Entry.safeParse(entry);
  return read.success && (read.data.src.some((one) => everybody.has(one)) || read.data.dst.some((one) => /^\*(:|$)/.test(one)));
}

const everybody = new Set(["*", "autogroup:member", "autogroup:tagged", "autogroup:danger-all"]);

/** Value of an object's member. Of two members with the same name the last counts, as in every JSON parser. */
function member(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== "object") return undefined;
  return node.children?.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

function elements(node: Node | undefined): readonly Node[] {
  return node?.type === "array" ? (node.children ?? []) : [];
}

/**
 * Grants that one policy has and another lacks. The order of grants, comments and the people in the groups do not count. Two policies with
 * none either way let everybody do the same.
 */
export function grantsBeyond(policy: Pick<Policy, "grants">, other: Pick<Policy, "grants">): readonly Grant[] {
  const known = new Set(other.grants.flatMap(toKeys));
  return policy.grants.filter((grant) => toKeys(grant).some((key) => !known.has(key)));
}

/** Keys of a grant, one for each pair of `src` and `dst`: a grant for two sources equals two grants. The order of kinds and contracts is dropped. */
function toKeys({ src, dst, permission }: Grant): string[] {
  const inOrder = Object.entries(permission)
    .map(([name, value]: [string, unknown]) => [name, Array.isArray(value) ? value.map(String).sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return src.flatMap((from) => dst.map((to) => JSON.stringify([from, to, inOrder])));
}

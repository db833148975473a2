import { Name } from "@tasuki/protocol";
import { z } from "zod";

/** The nodes that a node knows, by name, in the order of its configuration: the role of each, and the base URL of its bus. */
export type Roster = Readonly<Record<string, { readonly role: string; readonly url: string }>>;

const Entry = z
  .strictObject({ role: Name.optional(), node: Name.optional(), url: z.url({ protocol: /^http$/ }) })
  .refine(
    ({ role, node }) => role === undefined || node === undefined,
    "'role' where the key is the node's name, or 'node' where the key is the role's, never both",
  );

/**
 * Schema of a roster as an operator writes it. An entry's key is the name of a node: `"nano-2": { "role": "nano", "url": … }`. Without `role`, it is
 * the name of the role too. With `node`, as in older configurations, the key is the role and `node` is the name.
 */
export const Roster = z.record(Name, Entry).transform((written, context): Roster => {
  const entries = new Map<string, Roster[string]>();
  const complain = (key: string, message: string): void => context.addIssue({ code: "custom", path: [key], message });
  for (const [key, { role = key, node = key, url }] of Object.entries(written)) {
    if (entries.has(node)) complain(key, `one entry for each node; '${node}' has two`);
    entries.set(node, { role, url });
  }
  return Object.fromEntries(entries);
});

/** Names of a role's nodes, in the roster's order. */
export function nodesOfRole(roster: Roster, role: string): readonly string[] {
  return Object.entries(roster).flatMap(([node, entry]) => (entry.role === role ? [node] : []));
}

/** Role of a node; undefined for one that the roster doesn't have. */
export function roleOfNode(roster: Roster, node: string): string | undefined {
  return Object.hasOwn(roster, node) ? roster[node]?.role : undefined;
}

/** The host of an entry's URL: an IP address without the brackets of IPv6, or a name. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

import type { Cli } from "../cli/cli.ts";
import { givenPolicy } from "./read-policy.ts";

const howToMerge = `// What Tasuki needs in a tailnet's policy. Put the entries of each section below into the section of the same name of your own file,
// instead of those of an earlier release (they name group:tasuki-ops or tag:tasuki-…), and leave everything else as it is.
//  - An application grant that is not there means 403: with a policy that allows every port to everybody, every call is refused
//    until these grants are merged, and layer 1 is no help. Narrow such a grant ({"src": ["*"], "dst": ["*"], "ip": ["*"]}).
//  - A machine that is tagged is no longer its user's own: grants, SSH rules and autogroups that name the user no longer reach it.
//  - No subnet router and no exit node may have one of these tags: it would lend its identity to whoever it forwards.
`;

/** `acl print`: what to merge into a tailnet's own policy, as HuJSON on stdout. */
export async function printAcl(cli: Cli, { ops }: { readonly ops?: readonly string[] }): Promise<void> {
  const text = await givenPolicy(ops);
  // Its first lines say how that file came to be.
  cli.out(`${howToMerge}${text.slice(text.indexOf("\n{") + 1)}`.trimEnd());
}

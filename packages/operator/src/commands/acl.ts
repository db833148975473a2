import { Command, InvalidArgumentError, Option } from "commander";
import { checkAcl, type CheckAclOptions } from "../acl/check-acl.ts";
import { explainAcl } from "../acl/explain-acl.ts";
import { givenPolicy } from "../acl/read-policy.ts";
import type { Cli } from "../cli/cli.ts";
import { type JsonOption, jsonOption, toExamples } from "../cli/options.ts";

interface ExplainOptions extends JsonOption {
  readonly policy?: string;
  readonly bytes: number;
  readonly unsigned?: true;
}

const policyOption = (): Option =>
  new Option("--policy <file>", "the policy file (default: the repository's, infra/tailnet/policy.hujson)");

/** Subcommands about the policy file. They need no node that runs, and ask the tailnet nothing. */
export function aclCommand(cli: Cli): Command {
  const check = new Command("check")
    .description("the application tests of the policy: what each caller may and may not do")
    .addOption(policyOption())
    .addOption(new Option("--tests <file>", "the tests (default: infra/tailnet/policy.tests.json)"))
    .addOption(jsonOption())
    .action((options: CheckAclOptions) => checkAcl(cli, options));
  const explain = new Command("explain")
    .description("which grant allows something, or what would")
    .argument("<from>", "ops, a role, or a tag: or group: of the policy")
    .argument("<to>", "the role addressed")
    .argument("<verb>", "task, upload, status, health, or operator for main's operator API")
    .argument("[kind]", "a kind of task, the contract of an upload, or a call of the operator API; all without it")
    .addOption(policyOption())
    .addOption(new Option("--bytes <count>", "size of the upload").default(1).argParser(toBytes))
    .addOption(new Option("--unsigned", "of a task that nobody signed, as people and scripts send it"))
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["acl explain ops main task", "which tasks may people send to main?"],
        ["acl explain tag:guest main upload run", "may a machine of that tag upload run.json to main?"],
      ]),
    )
    .action((...[from, to, verb, what, options]: [string, string, string, string | undefined, ExplainOptions]) =>
      explainAcl(cli, { ...options, from, to, verb, what, unsigned: options.unsigned === true }),
    );
  const print = new Command("print")
    .description("what to merge into a tailnet's own policy")
    .option("--ops <people...>", "who operates the relay, as the tailnet names them (default: infra/tailnet/people.json)")
    .action(async (options: { ops?: string[] }) => {
      const text = await givenPolicy(await cli.relay(), options.ops);
      // The first lines of the text say how the repository's own file came to be.
      cli.document(`${howToMerge}${text.slice(text.indexOf("\n{") + 1).trimEnd()}\n`);
    });
  const acl = new Command("acl").description("who may do what, by the policy file: check, explain and print it").helpCommand(false);
  for (const command of [check, explain, print]) acl.addCommand(command);
  return acl;
}

const howToMerge = `// What Tasuki needs in a tailnet's policy. Put the entries of each section below into the section of the same name of your own file,
// instead of those of an earlier release (they name group:tasuki-ops or tag:tasuki-…), and leave everything else as it is.
//  - An application grant that is not there means 403: with a policy that allows every port to everybody, every call is refused
//    until these grants are merged, and layer 1 is no help. Narrow such a grant ({"src": ["*"], "dst": ["*"], "ip": ["*"]}).
//  - A machine that is tagged is no longer its user's own: grants, SSH rules and autogroups that name the user no longer reach it.
//  - No subnet router and no exit node may have one of these tags: it would lend its identity to whoever it forwards.
`;

function toBytes(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError("A number of bytes.");
  return Number(text);
}

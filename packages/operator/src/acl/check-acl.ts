import { checkPolicy, grantsBeyond, parsePolicy, parsePolicyTests } from "@tasuki/bus";
import type { Cli } from "../cli/cli.ts";
import { exitCodes } from "../cli/exit-code.ts";
import { readGivenText } from "../cli/read-given.ts";
import { counted } from "../render/quantity.ts";
import { line } from "../render/style.ts";
import { describeWant } from "./parse-want.ts";
import { givenPolicy, policyFiles, readPolicy } from "./read-policy.ts";

export interface CheckAclOptions {
  readonly policy?: string;
  readonly tests?: string;
  readonly json?: true;
}

/** `acl check`: a line for each failed cell of the application tests, and one for each grant in which the file and the pipeline differ. */
export async function checkAcl(cli: Cli, options: CheckAclOptions): Promise<void> {
  const path = options.policy === undefined ? policyFiles.policy : cli.path(options.policy);
  const policy = await readPolicy(path);
  const tests = parsePolicyTests(await readGivenText(options.tests === undefined ? policyFiles.tests : cli.path(options.tests)));
  const cells = checkPolicy(policy, tests);
  const failed = cells.filter(({ holds }) => !holds);
  const given = parsePolicy(await givenPolicy(await cli.relay()));
  const beyond = grantsBeyond(policy, given);
  const lacking = grantsBeyond(given, policy);
  if (failed.length > 0 || policy.unread.length > 0) cli.endWith(exitCodes.invalid);
  if (options.json)
    return cli.json({
      ok: failed.length === 0 && policy.unread.length === 0,
      cells: cells.length,
      failed: failed.map(({ src, dst, want, expected }) => ({ src, dst, want, expected })),
      unread: policy.unread,
      wide: policy.wide,
      beyond,
      lacking,
    });
  const { style, messageStyle: say } = cli;
  for (const { src, dst, want, expected } of failed) {
    const is = expected === "accept" ? "is denied, and should be allowed" : "is allowed, and should be denied";
    cli.out(line`${style.bad("FAILED")} ${src} > ${dst}: ${describeWant(want)} ${is}`);
  }
  for (const at of policy.unread)
    cli.out(line`${style.bad("FAILED")} ${path}:${at}: no permission that a node can read; it grants nothing`);
  for (const { src, line, permission } of beyond)
    cli.say(say.warn(`${path}:${line}: ${src.join(", ")} has more than the pipeline gives: ${JSON.stringify(permission)}`));
  if (policy.grants.length === 0)
    cli.say(say.warn(`${path} has no application grant of the relay, so that every call is refused: merge what 'tasuki acl print' prints`));
  else
    for (const { src, permission } of lacking)
      cli.say(say.warn(`${path}: ${src.join(", ")} lacks what the pipeline gives: ${JSON.stringify(permission)}`));
  for (const line of policy.wide)
    cli.say(
      say.warn(
        `${path}:${line}: this opens ports from everybody, or of every machine; there only the nodes themselves refuse whoever has no grant`,
      ),
    );
  const verdict = `${counted(cells.length, "cell")}, ${failed.length} failed`;
  cli.say(failed.length === 0 && policy.unread.length === 0 ? say.good(verdict) : say.bad(verdict));
}

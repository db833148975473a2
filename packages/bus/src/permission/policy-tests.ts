import { TaskKind, TasukiError } from "@tasuki/protocol";
import { z } from "zod";
import { grantFor, operatorLevels, type Want } from "./permission.ts";
import type { Policy } from "./policy.ts";

const Cell: z.ZodType<Want> = z.discriminatedUnion("call", [
  z.strictObject({ call: z.literal("task"), kind: TaskKind, signed: z.boolean() }),
  z.strictObject({ call: z.literal("upload"), contract: z.string(), bytes: z.int().nonnegative() }),
  z.strictObject({ call: z.literal("status"), scope: z.enum(["own", "all"]) }),
  z.strictObject({ call: z.literal("health") }),
  z.strictObject({ call: z.literal("operator"), level: z.enum(operatorLevels) }),
]);
const PolicyTests = z.strictObject({
  tests: z.array(z.strictObject({ src: z.string(), dst: z.string(), accept: z.array(Cell), deny: z.array(Cell) })).min(1),
});
type PolicyTests = z.infer<typeof PolicyTests>;

/** One cell of the application tests: a call that `src` wants to make on the node of role `dst`, and the expected decision. */
export interface PolicyCell {
  readonly src: string;
  readonly dst: string;
  readonly want: Want;
  readonly expected: "accept" | "deny";
  /** True where the policy decides as expected. */
  readonly holds: boolean;
}

/** Reads `policy.tests.json`. Throws `malformed_message`, which says what is wrong in it. */
export function parsePolicyTests(text: string): PolicyTests {
  try {
    return PolicyTests.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : "it is not JSON";
    throw new TasukiError("malformed_message", `The policy's tests can't be read: ${why}`, { cause });
  }
}

/**
 * Judges every cell of the application tests. No control server can do so: the policy's own `tests` section, and `headscale policy check`,
 * know ports only.
 */
export function checkPolicy(policy: Pick<Policy, "permissionsFor">, { tests }: PolicyTests): readonly PolicyCell[] {
  return tests.flatMap(({ src, dst, accept, deny }) => {
    const permissions = policy.permissionsFor({ tags: [src], groups: [src] }, dst);
    const judge = (want: Want, expected: "accept" | "deny"): PolicyCell => ({
      src,
      dst,
      want,
      expected,
      holds: (grantFor(permissions, dst, want) !== undefined) === (expected === "accept"),
    });
    return [...accept.map((want) => judge(want, "accept")), ...deny.map((want) => judge(want, "deny"))];
  });
}

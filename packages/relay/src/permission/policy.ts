import { TasukiError } from "@tasuki/contracts";
import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { busCapability, Permission } from "./permission.ts";

/** A caller as the policy names it: tags of machines, groups of people. */
interface Subject {
  readonly tags?: readonly string[];
  readonly groups?: readonly string[];
}

/** The parsed policy file: who may do what, and nothing else is allowed. */
export interface Policy {
  /** What a caller may do on a node of a role. */
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
const Grant = z.looseObject({
  src: z.array(z.string()),
  dst: z.array(z.string()),
  app: z.record(z.string(), z.array(z.unknown())).optional(),
});
const PolicyFile = z.looseObject({ grants: z.array(z.unknown()).default([]) });

/** Reads a policy file (HuJSON). A grant or permission that is not well formed grants nothing. Throws `malformed_message` where the file is no policy at all. */
export function parsePolicy(text: string): Policy {
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split("\n").length;
    throw new TasukiError("malformed_message", `The policy file is not HuJSON: ${printParseErrorCode(first.error)} in line ${line}.`);
  }
  const file = PolicyFile.safeParse(document);
  if (!file.success) throw new TasukiError("malformed_message", "The policy file must be an object with 'grants'.", { cause: file.error });
  const grants = file.data.grants.flatMap((grant) => {
    const read = Grant.safeParse(grant);
    return read.success ? [read.data] : [];
  });
  return {
    permissionsFor({ tags = [], groups = [] }, to) {
      const names = new Set([...tags, ...groups]);
      return grants
        .filter(({ src, dst }) => src.some((one) => names.has(one)) && dst.includes(tagOf(to)))
        .flatMap(({ app }) => app?.[busCapability] ?? [])
        .flatMap((permission) => {
          const read = Permission.safeParse(permission);
          return read.success && read.data.to === to ? [read.data] : [];
        });
    },
  };
}

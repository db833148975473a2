import { z } from "zod";

const Grant = z.object({
  src: z.array(z.string()),
  dst: z.array(z.string()),
  ip: z.array(z.string()),
  app: z.record(z.string(), z.array(z.unknown())).optional(),
});
type Grant = z.infer<typeof Grant>;

/** A policy without its tests, which hold for the original grants alone. */
const Policy = z.object({ groups: z.unknown(), tagOwners: z.unknown(), grants: z.array(Grant) });
export type Policy = z.infer<typeof Policy>;

/** Reads a policy file as `pnpm policy` writes it: comments on lines of their own, trailing commas. */
export function readPolicy(text: string): Policy {
  return Policy.parse(JSON.parse(text.replace(/^\s*\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1")));
}

/** Makes a policy file with other grants. */
export function withGrants(policy: Policy, grants: readonly Grant[]): string {
  return JSON.stringify({ ...policy, grants }, undefined, 2);
}

/** Makes a policy file with one more grant, which opens every port of every named machine to every named caller, and gives no permission. */
export function withAllPorts(policy: Policy): string {
  const all = (side: "src" | "dst"): string[] => [...new Set(policy.grants.flatMap((grant) => grant[side]))];
  return withGrants(policy, [...policy.grants, { src: all("src"), dst: all("dst"), ip: ["tcp:1-65535"] }]);
}

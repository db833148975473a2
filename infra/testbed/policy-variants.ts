import { z } from "zod";

const Grant = z.object({
  src: z.array(z.string()),
  dst: z.array(z.string()),
  ip: z.array(z.string()),
  app: z.record(z.string(), z.array(z.unknown())).optional(),
});
export type Grant = z.infer<typeof Grant>;

/** The grants of a policy file as `pnpm policy` writes it: comments on lines of their own, trailing commas. */
export function readGrants(policy: string): Grant[] {
  const json = policy.replace(/^\s*\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1");
  return z.object({ grants: z.array(Grant) }).parse(JSON.parse(json)).grants;
}

/** A policy file with other grants. */
export function withGrants(grants: readonly Grant[]): string {
  return JSON.stringify({ grants }, undefined, 2);
}

/** Every port of every machine open to everybody who is named, and nothing more granted. */
export function withAllPorts(grants: readonly Grant[]): string {
  const all = (side: "src" | "dst"): string[] => [...new Set(grants.flatMap((grant) => grant[side]))];
  return withGrants([...grants, { src: all("src"), dst: all("dst"), ip: ["tcp:1-65535"] }]);
}

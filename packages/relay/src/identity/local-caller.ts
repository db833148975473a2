import { opsGroup, type Policy } from "../permission/policy.ts";
import type { Caller } from "./identity.ts";

/** Whoever may open the node's own socket: every permission that the policy gives the operators on this role. */
export function localCaller(policy: Policy, role: string): Caller {
  return { principal: "local", roles: [], permissions: policy.permissionsFor({ groups: [opsGroup] }, role) };
}

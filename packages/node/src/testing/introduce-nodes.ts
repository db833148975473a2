import { join } from "node:path";
import { openKeys, pinKeys } from "@tasuki/evidence";
import { writeLoopbackIdentities } from "@tasuki/bus";

/** Gives each role's node, in `<data>/<role>`, its keys, every node's public keys and its secret; the operator's secret is put into `data`. */
export async function introduceNodes(data: string, roles: readonly string[]): Promise<void> {
  const folders = Object.fromEntries(roles.map((role) => [role, join(data, role, "identity")]));
  await writeLoopbackIdentities({ folders: { ...folders, operator: data } });
  for (const node of roles) {
    await openKeys(join(data, node, "keys"));
    for (const role of roles) await pinKeys({ keys: join(data, node, "keys"), trust: join(data, role, "trust"), node });
  }
}

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operatorPrincipal } from "./loopback-identity.ts";

/**
 * Gives every principal of one machine its secret, and every node the digests of the others'. `folders` has each node's identity
 * folder by the node's name, and under `operator` the folder in which `operator-secret` is put. Secrets that are there are kept, so
 * that it may be called at every start.
 */
export async function writeLoopbackIdentities({ folders }: { folders: Readonly<Record<string, string>> }): Promise<void> {
  const secrets = new Map<string, string>();
  for (const [principal, folder] of Object.entries(folders)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    secrets.set(principal, await keepOrMakeSecret(join(folder, principal === operatorPrincipal ? "operator-secret" : "secret")));
  }
  for (const [principal, folder] of Object.entries(folders)) {
    if (principal === operatorPrincipal) continue;
    await mkdir(join(folder, "peers"), { recursive: true, mode: 0o700 });
    for (const [other, secret] of secrets) {
      if (other === principal) continue;
      const digest = createHash("sha256").update(secret).digest("hex");
      await writeFile(join(folder, "peers", other), `${digest}\n`, { mode: 0o600 });
    }
  }
}

async function keepOrMakeSecret(path: string): Promise<string> {
  try {
    await writeFile(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return (await readFile(path, "utf8")).trim();
}

import { type AnyArtifact, type ArtifactText, parseContractRef, refOf, sha256Of, TasukiError, type ValueOf } from "@tasuki/protocol";
import type { BusClient, BusVerbs } from "./bus-client.ts";

/** Makes the verbs that carry artifacts as values from those that carry them as bytes. */
export function createTypedArtifacts(verbs: Pick<BusVerbs, "uploadBytes" | "status">): Pick<BusClient, "upload" | "read"> {
  return {
    upload(artifact: AnyArtifact, value: unknown) {
      // `value` is of this artifact by the signature of `upload`, which AnyArtifact can't express.
      const bytes = Buffer.from(artifact.write(value as never), "utf8");
      const sha256 = sha256Of(bytes);
      return verbs.uploadBytes(refOf(artifact), { sha256, size: bytes.length, bytes: once(bytes) });
    },
    async read(artifact, query) {
      const values = new Map<string, ValueOf<typeof artifact>>();
      for await (const file of textsOf(verbs, query)) {
        if (parseContractRef(file.contract).name !== artifact.name || values.has(`${file.name} ${file.sha256}`)) continue;
        values.set(`${file.name} ${file.sha256}`, toValue(artifact, file));
      }
      return [...values.values()];
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}

async function* textsOf(
  verbs: Pick<BusVerbs, "status">,
  query: { task: string } | { run: string },
): AsyncGenerator<ArtifactText, void, undefined> {
  for (let after: string | undefined; ;) {
    const page = await verbs.status({ ...query, include: "artifacts", ...(after !== undefined && { after }) });
    yield* page.artifacts ?? [];
    if (page.next === undefined) return;
    after = page.next;
  }
}

function toValue<A extends AnyArtifact>(artifact: A, { name, text, sha256, contract }: ArtifactText): ValueOf<A> {
  if (sha256Of(text) !== sha256) throw new TasukiError("digest_mismatch", `${name} is not what its digest says.`);
  const { version } = parseContractRef(contract);
  const written = artifact.at(version);
  if (written === undefined)
    throw new TasukiError("unknown_version", `${name} is of ${contract}, which this release does not read: upgrade it.`);
  const parsed = written.read(text, name);
  if (!parsed.ok) throw new TasukiError("contract_violation", `${name} breaks its contract.`, { unmet: parsed.unmet });
  return parsed.value as ValueOf<A>; // `read` of A gives a value of A's schema
}

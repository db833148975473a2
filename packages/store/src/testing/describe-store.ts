import { describe } from "vitest";
import { describeAccept } from "./describe-accept.ts";
import { describeAttempts } from "./describe-attempts.ts";
import { describeBlobs } from "./describe-blobs.ts";
import { describeCommits } from "./describe-commits.ts";
import { describeDelivery } from "./describe-delivery.ts";
import { describeModel } from "./describe-model.ts";
import type { OpenTestStore } from "./fixtures.ts";

export type { OpenTestStore } from "./fixtures.ts";

/** The conformance suite of the ports Store and Blobs. Every adapter passes it. */
export function describeStore(name: string, open: OpenTestStore): void {
  describe(`store: ${name}`, () => {
    describeAccept(open);
    describeAttempts(open);
    describeDelivery(open);
    describeCommits(open);
    describeBlobs(open);
    describeModel(open);
  });
}

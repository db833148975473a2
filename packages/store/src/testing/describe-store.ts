import { describe } from "vitest";
import { describeAccept } from "./describe-accept.ts";
import { describeAttempts } from "./describe-attempts.ts";
import { describeBlobs } from "./describe-blobs.ts";
import { describeCommits } from "./describe-commits.ts";
import { describeDelivery } from "./describe-delivery.ts";
import { type Concurrent, describeModel } from "./describe-model.ts";
import { describeSmallBlobs } from "./describe-small-blobs.ts";
import { describeSteps } from "./describe-steps.ts";
import { describeSweeps } from "./describe-sweeps.ts";
import { describeTexts } from "./describe-texts.ts";
import { describeTopics } from "./describe-topics.ts";
import { describeTurns } from "./describe-turns.ts";
import type { OpenTestStore } from "./fixtures.ts";

export type { OpenTestStore } from "./fixtures.ts";

export interface AdapterUnderTest {
  readonly open: OpenTestStore;
  readonly concurrent: Concurrent;
}

/** The conformance suite of the ports Store and Blobs. Every adapter passes it. */
export function describeStore(name: string, { open, concurrent }: AdapterUnderTest): void {
  describe(`store: ${name}`, () => {
    describeAccept(open);
    describeAttempts(open);
    describeTurns(open);
    describeDelivery(open);
    describeSteps(open);
    describeCommits(open);
    describeTexts(open);
    describeTopics(open);
    describeBlobs(open);
    describeSmallBlobs(open);
    describeSweeps(open);
    describeModel(open, concurrent);
  });
}

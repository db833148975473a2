import type { BrokenBuild } from "./broken/broken-build.ts";
import { losingBuilds } from "./broken/lost.ts";
import { spreadingBuilds } from "./broken/spread.ts";
import { stuckBuilds } from "./broken/stuck.ts";
import { repeatingBuilds } from "./broken/twice.ts";
import { unprovenBuilds } from "./broken/unproven.ts";

/** Every build that is broken on purpose: the product by `TASUKI_BROKEN_BUILD=NAME` in a simulating process (register.ts). */
export const brokenBuilds: readonly BrokenBuild[] = [
  ...losingBuilds,
  ...repeatingBuilds,
  ...unprovenBuilds,
  ...stuckBuilds,
  ...spreadingBuilds,
];

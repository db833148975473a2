import { expect, test } from "vitest";
import { parseNodeEnvironment } from "./node-environment.ts";

test("the data folder and the policy become absolute; the log level has a default", () => {
  const variables = { TASUKI_DATA: "/data/../data/sg", TASUKI_POLICY: "/p", HOME: "/" };
  expect(parseNodeEnvironment(variables)).toEqual({ data: "/data/sg", policy: "/p", logLevel: "info", variables });
});

test("what is missing or wrong is named", () => {
  expect(() => parseNodeEnvironment({ TASUKI_POLICY: "/p", TASUKI_LOG_LEVEL: "loud" })).toThrow(/TASUKI_DATA.*TASUKI_LOG_LEVEL/);
});

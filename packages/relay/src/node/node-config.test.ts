import { expect, test } from "vitest";
import { NodeConfig } from "./node-config.ts";

const roster = { sg: { url: "http://100.64.0.3:18102" } };
const complaints = (config: object) =>
  NodeConfig.safeParse({ listen: { port: 18_101 }, roster, ...config }).error?.issues.map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
const tailscale = { identity: { provider: "tailscale" } };

test("loopback listens on this machine only", () => {
  expect(complaints({})).toBeUndefined();
  expect(complaints({ listen: { port: 1, host: "127.0.0.1" } })).toBeUndefined();
  for (const host of ["0.0.0.0", "::", "10.0.0.7", "100.64.0.3"])
    expect(complaints({ listen: { port: 1, host } })).toEqual([expect.stringContaining("listen.host: loopback")]);
});

test("in a tailnet a node listens on an address of its own, never on all, and finds the others by address", () => {
  expect(complaints(tailscale)).toBeUndefined();
  expect(complaints({ ...tailscale, listen: { port: 1, host: "fd7a:115c:a1e0::1" } })).toBeUndefined();
  for (const host of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "sg"])
    expect(complaints({ ...tailscale, listen: { port: 1, host } })).toEqual([
      expect.stringContaining("listen.host: one of this machine's"),
    ]);
  expect(complaints({ ...tailscale, roster: { sg: { url: "http://sg.tasuki.test:18102" } } })).toEqual([
    expect.stringContaining("roster.sg.url: an address"),
  ]);
});

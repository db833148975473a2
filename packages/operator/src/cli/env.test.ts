import { afterEach, expect, test, vi } from "vitest";
import { readEnv } from "./env.ts";

const names = [
  "NO_COLOR",
  "FORCE_COLOR",
  "TERM",
  "CI",
  "INIT_CWD",
  "npm_execpath",
  "npm_config_user_agent",
  "TASUKI_MAIN",
  "TASUKI_SESSION",
];
const env = (variables: Readonly<Record<string, string>>) => {
  for (const name of names) vi.stubEnv(name, variables[name]);
  return readEnv("/here");
};
afterEach(() => vi.unstubAllEnvs());

test("without a word from the environment, the terminal decides about colours and redrawing", () => {
  expect(env({ TERM: "xterm" })).toEqual({ isLive: true, cwd: "/here" });
});

test("NO_COLOR and a dumb terminal take colours and redrawing away; FORCE_COLOR asks for colours; CI gets plain lines", () => {
  expect(env({ NO_COLOR: "1", FORCE_COLOR: "1" })).toMatchObject({ color: false, isLive: false });
  expect(env({ TERM: "dumb" })).toMatchObject({ color: false, isLive: false });
  expect(env({ FORCE_COLOR: "1" })).toMatchObject({ color: true, isLive: true });
  expect(env({ FORCE_COLOR: "0" })).toMatchObject({ color: false });
  expect(env({ CI: "true" })).toEqual({ isLive: false, cwd: "/here" });
});

test("paths begin where the user was when pnpm went to the workspace's root", () => {
  expect(env({ INIT_CWD: "/there" })).toMatchObject({ cwd: "/there" });
});

test("where npx has brought pnpm, the word to type for it is npx's", () => {
  const agent = "pnpm/12.21.0 npm/? node/v26.10.0 linux x64";
  expect(env({ npm_execpath: "/home/ann/.npm/_npx/27a/node_modules/pnpm/bin/pnpm.cjs", npm_config_user_agent: agent })).toMatchObject({
    pnpm: "npx -y pnpm@12.21.0",
  });
  expect(env({ npm_execpath: "/usr/lib/node_modules/pnpm/bin/pnpm.cjs", npm_config_user_agent: agent })).not.toHaveProperty("pnpm");
});

test("the main to ask, and the secret of a session with it, may stand in the environment", () => {
  expect(env({ TASUKI_MAIN: "100.64.0.1", TASUKI_SESSION: "s" })).toMatchObject({ main: "100.64.0.1", session: "s" });
  expect(env({ TASUKI_MAIN: "", TASUKI_SESSION: "" })).toEqual({ isLive: true, cwd: "/here" });
});

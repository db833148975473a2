import { expect, test } from "vitest";
import { createSessions } from "./sessions.ts";

const minute = 60_000;

function open() {
  const time = { ms: 0 };
  let made = 0;
  const newSecret = (): string => `secret-${(made += 1)}`;
  const clock = { now: () => Date.parse("2026-11-24T12:00:00Z") + time.ms, monotonic: () => time.ms };
  const sessions = createSessions({ clock, newSecret });
  const isKnown = (secret: string): boolean => {
    try {
      return sessions.find(`Bearer ${secret}`).level !== undefined;
    } catch {
      return false;
    }
  };
  return { sessions, isKnown, pass: (ms: number) => void (time.ms += ms) };
}
const unknown = expect.objectContaining({ code: "peer_unknown" });

test("a link opens one session, of the level and name that it was made for", () => {
  const { sessions } = open();
  const link = sessions.link({ level: "operate", name: "ann" });
  expect(link).toEqual({ secret: "secret-1", principal: "session:ann", level: "operate", expiresAt: Date.parse("2026-11-24T12:05:00Z") });
  const session = sessions.open("secret-1");
  expect(session).toMatchObject({ principal: "session:ann", level: "operate", expiresAt: Date.parse("2026-11-25T00:00:00Z") });
  expect(sessions.find(`Bearer ${session.secret}`)).toEqual({ principal: "session:ann", level: "operate", isLocal: false });
  expect(() => sessions.open("secret-1")).toThrow(unknown);
  // A link is no session, and a session no link.
  expect(() => sessions.find("Bearer secret-1")).toThrow(unknown);
  expect(() => sessions.open(session.secret)).toThrow(unknown);
});

test("a link that nobody used ends after 5 minutes, a session after 12 hours", () => {
  const { sessions, isKnown, pass } = open();
  sessions.link({ level: "read" });
  pass(5 * minute);
  expect(() => sessions.open("secret-1")).toThrow(unknown);
  sessions.link({ level: "read" });
  pass(5 * minute - 1);
  const { secret } = sessions.open("secret-2");
  pass(12 * 60 * minute - 1);
  expect(isKnown(secret)).toBe(true);
  pass(1);
  expect(isKnown(secret)).toBe(false);
});

test("of many links and sessions the newest 64 are known", () => {
  const { sessions, isKnown } = open();
  const secrets = Array.from({ length: 70 }, () => sessions.open(sessions.link({ level: "read" }).secret).secret);
  expect(secrets.map(isKnown)).toEqual(secrets.map((_, at) => at >= 6));
  const links = Array.from({ length: 70 }, () => sessions.link({ level: "read" }).secret);
  expect(() => sessions.open(links[5] ?? "")).toThrow(unknown);
  expect(sessions.open(links[6] ?? "").level).toBe("read");
});

test.each([undefined, "", "Basic c2VjcmV0", "Bearer ", "Bearer a b", `Bearer ${"a".repeat(129)}`, "bearer secret-2"])(
  "the header %j is no session's",
  (authorization) => {
    const { sessions } = open();
    sessions.open(sessions.link({ level: "read" }).secret);
    expect(() => sessions.find(authorization)).toThrow(unknown);
  },
);

import { expect, test } from "vitest";
import { withAddresses } from "./with-addresses.ts";

const text = `{
  // a comment
  "listen": { "host": "127.0.0.1", "port": 1 }, // and another
  "roster": {
    "sg": { "node": "sg-2", "url": "http://127.0.0.1:2" }
  },
  "executor": { "kind": "embedded" }
}
`;

test("port and URLs are set, and nothing else is touched", () => {
  expect(withAddresses(text, { port: 11, roster: { sg: "http://127.0.0.1:12" } })).toBe(
    text.replace('"port": 1', '"port": 11').replace(":2", ":12"),
  );
});

test("an address that is not there yet is added, and a second time changes nothing", () => {
  const once = withAddresses(text, { port: 11, roster: { jp: "http://127.0.0.1:13" } });
  expect(once).toContain('"jp": {');
  expect(once).toContain('"sg-2"');
  expect(withAddresses(once, { port: 11, roster: { jp: "http://127.0.0.1:13" } })).toBe(once);
});

import { describe, expect, test } from "vitest";
import type { Identity, Peer } from "../identity/identity.ts";

/**
 * The identity of main's node in the pipeline of bus-fixture.ts, and its callers. Its roster has writer and editor, named after their roles, and
 * `editor-2`, a second node of editor.
 */
export interface IdentityFixture extends AsyncDisposable {
  readonly identity: Identity;
  /** Makes the connection of a caller. `stranger` is nobody whom the identity knows. */
  peer(who: "editor" | "editor-2" | "writer" | "operator" | "stranger"): Promise<Peer>;
  /** URL of writer's node in the roster. */
  readonly writerUrl: string;
}

/** The conformance suite of the port Identity. `open` with `blind` opens a provider that can't identify anybody until `see` is called. */
export function describeIdentity(
  name: string,
  open: (options: { blind: boolean }) => Promise<IdentityFixture & { see(): Promise<void> }>,
): void {
  describe(`identity: ${name}`, () => {
    const whoIs = async (fixture: IdentityFixture, who: Parameters<IdentityFixture["peer"]>[0]) =>
      fixture.identity.identify(await fixture.peer(who));

    test("a node is known by its name and its role, and has what the policy gives that role on this node", async () => {
      await using fixture = await open({ blind: false });
      const caller = await whoIs(fixture, "editor");
      expect(caller).toMatchObject({ principal: "node:editor", roles: ["editor"], nodes: ["editor"] });
      expect(caller.permissions).toEqual([
        { v: 1, to: "main", call: "task", kinds: ["work"] },
        { v: 1, to: "main", call: "upload", contracts: ["run", "final"], maxBytes: 8_388_608 },
        { v: 1, to: "main", call: "health" },
      ]);
    });

    test("a node that the policy gives nothing here is known, and may do nothing", async () => {
      await using fixture = await open({ blind: false });
      expect(await whoIs(fixture, "writer")).toEqual({
        principal: "node:writer",
        roles: ["writer"],
        nodes: ["writer"],
        permissions: [],
      });
    });

    test("two nodes of one role may do the same, and are two callers", async () => {
      await using fixture = await open({ blind: false });
      const [first, second] = await Promise.all([whoIs(fixture, "editor"), whoIs(fixture, "editor-2")]);
      expect(first).toMatchObject({ principal: "node:editor", roles: ["editor"], nodes: ["editor"] });
      expect(second).toMatchObject({ principal: "node:editor-2", roles: ["editor"], nodes: ["editor-2"] });
      expect(second.permissions).toEqual(first.permissions);
    });

    test("people have no role, and may start a run", async () => {
      await using fixture = await open({ blind: false });
      const caller = await whoIs(fixture, "operator");
      expect(caller).toMatchObject({ principal: expect.stringMatching(/^ops:/), roles: [], nodes: [] });
      expect(caller.permissions).toContainEqual({ v: 1, to: "main", call: "task", kinds: ["run"], unsigned: true });
    });

    test("who is not known is refused, for good", async () => {
      await using fixture = await open({ blind: false });
      await expect(whoIs(fixture, "stranger")).rejects.toMatchObject({ code: "peer_unknown", retryable: false });
      expect(fixture.identity.state()).toBe("ok");
    });

    test("callers at the same time are told apart", async () => {
      await using fixture = await open({ blind: false });
      const who = Array.from({ length: 60 }, (_, at) => (["editor", "editor-2", "writer", "stranger"] as const)[at % 4] ?? "stranger");
      const known = await Promise.all(
        who.map((one) =>
          whoIs(fixture, one).then(
            ({ principal }) => principal,
            ({ code }: { code: string }) => code,
          ),
        ),
      );
      expect(known).toEqual(who.map((one) => (one === "stranger" ? "peer_unknown" : `node:${one}`)));
    });

    // guarantees: R8.denied
    test("while it can't be found out who is calling, everybody is refused for now", async () => {
      await using fixture = await open({ blind: true });
      for (const who of ["editor", "operator", "stranger"] as const)
        await expect(whoIs(fixture, who)).rejects.toMatchObject({ code: "identity_unavailable", details: { retryAfter: 2 } });
      await expect(fixture.identity.outbound("writer", fixture.writerUrl)).rejects.toMatchObject({ code: "identity_unavailable" });
      expect(fixture.identity.state()).toBe("failing");
      await fixture.see();
      expect(await whoIs(fixture, "editor")).toMatchObject({ principal: "node:editor" });
      expect(fixture.identity.state()).toBe("ok");
    });

    test("this node goes to a node's address of the roster, and to no other", async () => {
      await using fixture = await open({ blind: false });
      await fixture.identity.outbound("writer", fixture.writerUrl);
      await expect(fixture.identity.outbound("editor-2", fixture.writerUrl)).rejects.toMatchObject({ code: "peer_unknown" });
      const { port } = new URL(fixture.writerUrl);
      const other = fixture.writerUrl.replace(port, "9");
      await expect(fixture.identity.outbound("writer", other)).rejects.toMatchObject({ code: "peer_unknown" });
      for (const name of ["nobody", "constructor"])
        await expect(fixture.identity.outbound(name, fixture.writerUrl)).rejects.toMatchObject({ code: "peer_unknown" });
    });
  });
}

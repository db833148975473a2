import asyncHooks, { createHook } from "node:async_hooks";
import buffer from "node:buffer";
import crypto from "node:crypto";
import events from "node:events";
import fs, { readdirSync, readlinkSync } from "node:fs";
import fsPromises from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import stream from "node:stream";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import url from "node:url";
import util from "node:util";
import zlib from "node:zlib";

// Kinds of asynchronous work that are over with the promise that waits for them. Whatever else a job begins (a timer, a listener, a socket) could
// outlive it. Source: node:async_hooks, `type`.
const passing: ReadonlySet<string> = new Set(
  "PROMISE TickObject Microtask FSREQCALLBACK FSREQPROMISE FILEHANDLE FILEHANDLECLOSEREQ DIRHANDLE".split(" "),
);
// Modules of Node's own, whose functions all code of the process shares.
const shared = { asyncHooks, buffer, crypto, events, fs, fsPromises, os, path, stream, timers, timersPromises, url, util, zlib };

type Properties = ReadonlyMap<PropertyKey, unknown>;

/**
 * Watches what jobs leave behind in this process: the result gives the names of what is not as it was when the watch began, for people. Intrinsics
 * are not looked at: they are frozen (`--frozen-intrinsics`).
 */
export function watchLeftovers(): () => string[] {
  const before = readState();
  const surfaces = new Map(sharedObjects().map(([name, object]) => [object, { name, properties: propertiesOf(object) }]));
  const begun = new Set<string>();
  createHook({
    init(_, type) {
      if (!passing.has(type)) begun.add(type);
    },
    trackPromises: false,
  }).enable();
  return () => {
    const changed = [...surfaces].filter(([object, { properties }]) => !isSame(properties, propertiesOf(object)));
    const now = readState();
    const state = (Object.keys(now) as (keyof typeof now)[]).filter((name) => now[name] !== before[name]);
    return [...begun, ...changed.map(([, { name }]) => name), ...state];
  };
}

function readState() {
  return {
    environment: JSON.stringify(process.env), // oxlint-disable-line node/no-process-env -- looked at, not read
    folder: process.cwd(),
    umask: process.umask(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    printed: process.stdout.bytesWritten + process.stderr.bytesWritten,
    files: openFiles(),
  };
}

/** Open files, pipes and sockets, as text; empty where there is no `/proc`. What libuv keeps for itself (`anon_inode:`) is left out. */
function openFiles(): string {
  try {
    const targets = readdirSync("/proc/self/fd").map((name) => {
      try {
        return `${name} ${readlinkSync(`/proc/self/fd/${name}`)}`;
      } catch {
        // The folder's own, which was open while it was read.
        return "";
      }
    });
    return targets.filter((target) => target !== "" && !target.includes("anon_inode:")).join("\n");
  } catch {
    return "";
  }
}

/** Objects that all code of the process shares, and could change. */
function sharedObjects(): (readonly [string, object])[] {
  const globals = [...propertiesOf(globalThis)].flatMap(([name, value]): (readonly [string, object])[] => {
    const own = isObject(value) ? [[String(name), value] as const] : [];
    const { prototype } = Object(value) as { prototype?: unknown };
    return isObject(prototype) ? [...own, [`${String(name)}.prototype`, prototype]] : own;
  });
  // Two globals are behind functions that get them.
  const gotten = [
    ["process", process],
    ["Buffer", Buffer],
    ["Buffer.prototype", Buffer.prototype],
  ] as const;
  return [["globalThis", globalThis], ...globals, ...gotten, ...Object.entries(shared)];
}

/** Properties of an object with their values, or with the functions that get them, which are not called. */
function propertiesOf(object: object): Properties {
  const names = Reflect.ownKeys(object).filter((name) => !(object === process && String(name).startsWith("_")));
  return new Map(
    names.map((name) => {
      const property: Readonly<Record<string, unknown>> = Object(Object.getOwnPropertyDescriptor(object, name));
      return [name, property["get"] ?? property["value"]];
    }),
  );
}

function isSame(one: Properties, other: Properties): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.has(name) && Object.is(other.get(name), value));
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

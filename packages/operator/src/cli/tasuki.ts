#!/usr/bin/env node
import type { Orchestrator } from "@tasuki/relay";

export type { Orchestrator };

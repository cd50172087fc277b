import { spawn } from "node:child_process";
import { buildPuppet } from "./build-puppet.ts";
import type { Line } from "./channel.ts";
import { TargetError } from "./target-error.ts";

/** A puppet on this computer's kernel, that lives as long as the line to it. */
export function openLinuxLine(): Line {
  if (process.getuid?.() !== 0)
    throw new TargetError("linux: the puppet needs a world of its own: run as root");
  const { path, undumpable } = buildPuppet();
  const puppet = spawn(path, [path, undumpable], { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  puppet.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  puppet.stdin.on("error", () => undefined); // it has ended, and "close" says so
  return {
    write: (bytes) => void puppet.stdin.write(bytes),
    onBytes: (listener) => puppet.stdout.on("data", listener),
    onEnd: (listener) => puppet.on("close", () => listener(complaint.trim())),
    close: () => puppet.kill("SIGKILL"),
  };
}

import { defineConfig } from "vitest/config";

/**
 * Two projects. `unit` needs no privilege and no hardware and runs in parallel. `live` arms debug
 * registers: its files run one after another, for only one user of the registers gets exact counts.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/*.test.ts"],
        },
      },
      {
        test: {
          name: "live",
          include: ["test/live/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

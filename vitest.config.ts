import { defineConfig } from "vitest/config";

/**
 * Three projects. `unit` needs no privilege and no hardware and is fast. `slow` is the same, but runs
 * the kernel model through thousands of schedules. `live` arms debug registers: its files run one
 * after another, for only one user of the registers gets exact counts.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          isolate: false,
          testTimeout: 30_000,
          include: ["src/**/*.test.ts", "test/*.test.ts"],
          exclude: ["**/*.slow.test.ts"],
        },
      },
      {
        test: {
          name: "slow",
          include: ["src/**/*.slow.test.ts", "test/*.slow.test.ts"],
          testTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "live",
          include: ["test/live/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

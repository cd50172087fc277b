import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const { packages }: LockFile = JSON.parse(readFileSync("package-lock.json", "utf8"));

// npm leaves out what its registry did not have at that moment, and `npm ci` then refuses the file.
test("every optional package that a locked one names is locked, too", () => {
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
});

test("the lock file names no registry", () => {
  const resolved = Object.values(packages).map((locked) => locked.resolved);
  expect(resolved.filter((url) => url !== undefined)).toEqual([]);
});

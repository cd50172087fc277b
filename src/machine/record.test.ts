import { expect, test } from "vitest";
import { Layout } from "./layout.ts";
import { TOMBSTONE } from "./life.ts";
import { CapacityError, Violation } from "./violation.ts";

function twoRecords() {
  const layout = new Layout();
  const dogs = layout.record({ name: "dog", first: 1, count: 2 });
  const owners = layout.record({ name: "owner", first: 1, count: 2 });
  const age = dogs.field("age");
  const dog = owners.reference("dog", "dog");
  const friends = owners.bits("friends", "dog", 70);
  layout.build(1);
  return { dogs, owners, age, dog, friends };
}

function propertyOf(body: () => void): string {
  try {
    body();
  } catch (error) {
    if (error instanceof Violation) return error.property;
  }
  return "none";
}

test("to follow a bad id is a violation that says how it is bad", () => {
  const { dogs, age } = twoRecords();
  const dog = dogs.alloc();
  expect(propertyOf(() => age.set(dog, 3))).toBe("none");
  expect(propertyOf(() => age.get(0))).toBe("null-deref");
  expect(propertyOf(() => age.get(TOMBSTONE))).toBe("tombstone-deref");
  expect(propertyOf(() => age.get(2))).toBe("wild-pointer");
  dogs.free(dog);
  expect(propertyOf(() => age.get(dog))).toBe("use-after-free");
});

test("a freed id is used again only when nothing refers to it", () => {
  const { dogs, owners, dog, friends } = twoRecords();
  const owner = owners.alloc();
  const [first, second] = [dogs.alloc(), dogs.alloc()];
  dog.set(owner, first);
  friends.add(owner, second);
  dogs.free(first);
  dogs.free(second);
  expect(() => dogs.alloc()).toThrow(CapacityError);
  friends.remove(owner, second);
  expect(dogs.alloc()).toBe(second);
});

test("a new object is all zero, whatever its predecessor held", () => {
  const { dogs, age } = twoRecords();
  const [first, second] = [dogs.alloc(), dogs.alloc()];
  age.set(first, 9);
  dogs.free(first);
  expect(dogs.alloc()).toBe(first);
  expect([age.get(first), age.get(second)]).toEqual([0, 0]);
});

test("a set yields its members in order, over word boundaries", () => {
  const { owners, friends } = twoRecords();
  const owner = owners.alloc();
  const members = [1, 31, 32, 33, 63, 64, 70];
  for (const member of members) friends.add(owner, member);
  const seen: number[] = [];
  for (let it = friends.next(owner, 0); it !== 0; it = friends.next(owner, it)) seen.push(it);
  expect(seen).toEqual(members);
});

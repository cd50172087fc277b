import type { Access, Action, Observation, Outcome, Range } from "./action.ts";
import type { ArchName, BpTypeName, DesignName, PropertyName, UserName } from "./vocabulary.ts";

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * A number as written. `name` is a loop variable or one of the machine's constants `slots`,
 * `inst-slots` and `cpus`. Literals are integers that a double holds exactly.
 */
export type Expr =
  | {
      readonly kind: "number";
      readonly value: number;
      readonly hex: boolean;
      readonly at: Position;
    }
  | { readonly kind: "name"; readonly name: string; readonly at: Position }
  | {
      readonly kind: "binary";
      readonly operator: "<<" | "+" | "-" | "*" | "/"; // "/" leaves the remainder away
      readonly left: Expr;
      readonly right: Expr;
      readonly at: Position;
    };

/** A task, event, variable, function or handle: `e`, or a member of a family, `e[i]`. */
export interface Ref {
  readonly name: string;
  readonly index: Expr | undefined;
  readonly at: Position;
}

/** The form of actions as written: numbers are expressions, what is left out is undefined. */
export interface Written {
  readonly num: Expr;
  readonly name: Ref;
  readonly type: BpTypeName | Expr;
  readonly filled: Expr | undefined;
}

/** What a file consists of, in order, comments and blank lines too, so that it can be printed. */
export interface Scenario {
  readonly items: readonly Item[];
}

export type Item = { readonly at: Position; readonly comment: string | undefined } & ItemBody;

type ItemBody =
  | { readonly kind: "blank" }
  | { readonly kind: "comment" } // its text is in `comment`
  | Header
  | Declaration
  | Statement
  | Claim;

export type Header =
  /** One machine the scenario is for; with several such lines it is run on each. */
  | {
      readonly kind: "arch";
      readonly arch: ArchName;
      readonly design: DesignName | undefined;
      readonly slots: Expr | undefined;
      readonly instSlots: Expr | undefined;
    }
  | { readonly kind: "cpus"; readonly count: Expr } // default 1
  | { readonly kind: "paranoid"; readonly level: Expr } // perf_event_paranoid, default 2
  | { readonly kind: "without-fix"; readonly fix: string };

/** A declared name; with a count it declares the family `name[0]` … `name[count-1]`. */
export interface Declared {
  readonly name: string;
  readonly count: Expr | undefined;
  readonly at: Position;
}

export type Declaration =
  | {
      readonly kind: "var";
      readonly declared: Declared;
      readonly size: Expr;
      readonly align: Expr | undefined;
      readonly kernel: boolean;
    }
  | {
      readonly kind: "func";
      readonly declared: Declared;
      readonly kernel: boolean;
      readonly body: readonly Access<Written>[];
    }
  | {
      readonly kind: "task";
      readonly declared: Declared;
      readonly cpu: Expr | undefined;
      readonly user: UserName | undefined;
    };

export type Statement =
  | {
      readonly kind: "step";
      readonly actor: Ref;
      readonly action: Action<Written>;
      readonly times: Expr | undefined;
      readonly expected: readonly Outcome<Written>[]; // empty: it must succeed
    }
  | { readonly kind: "barrier" }
  | (Block & { readonly kind: "repeat"; readonly count: Expr })
  | (Block & {
      readonly kind: "for";
      readonly name: string;
      readonly values: readonly Range<Written>[];
    });

export interface Block {
  readonly body: readonly Item[];
  readonly endComment: string | undefined;
}

/** `expect` must hold at the end of every run, `reach` at the end of at least one interleaving. */
export type Claim =
  | {
      readonly kind: "expect" | "reach";
      readonly observation: Observation<Written>;
      readonly values: readonly Range<Written>[]; // any of them; empty where the observation is whole
    }
  | { readonly kind: "never"; readonly properties: readonly PropertyName[] };

import { err, ok, type Result } from "../base/index.ts";
import type { Block, Item, Position, Scenario } from "./ast.ts";
import { Cursor, SyntaxFault } from "./cursor.ts";
import { type Diagnostic, MAX_DIAGNOSTICS } from "./diagnostic.ts";
import { parseExpr, parseRange } from "./parse-expr.ts";
import { parseOneLine, parseStep } from "./parse-item.ts";
import { type Line, tokenize } from "./token.ts";

const MAX_TEXT = 1 << 20; // characters
const MAX_DEPTH = 16; // of blocks

/** Reads a scenario, or says all that is wrong with its lines. Throws for no text whatever. */
export function parse(text: string): Result<Scenario, readonly Diagnostic[]> {
  if (text.length > MAX_TEXT) {
    const message = `the text has ${text.length} characters: a scenario has at most ${MAX_TEXT}`;
    return err([{ severity: "error", at: { line: 1, column: 1 }, message }]);
  }
  const parser = new Parser(tokenize(text));
  const items = parser.parseItems(undefined);
  if (parser.diagnostics.length > 0) return err(parser.diagnostics.slice(0, MAX_DIAGNOSTICS));
  return ok({ items });
}

/** A block that is open while its lines are read. */
interface OpenBlock {
  readonly at: Position;
  readonly depth: number;
}

class Parser {
  readonly diagnostics: Diagnostic[] = [];
  readonly #lines: readonly Line[];
  #next = 0;
  #endComment: string | undefined;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  /** The lines up to the `}` of the block, or to the end of the file. */
  parseItems(block: OpenBlock | undefined): Item[] {
    const items: Item[] = [];
    for (;;) {
      const line = this.#lines[this.#next++];
      if (line === undefined) {
        if (block !== undefined)
          this.#report(new SyntaxFault(block.at, 'this block lacks its "}"'));
        return withoutEdges(items);
      }
      try {
        const cursor = new Cursor(line.tokens);
        if (cursor.symbol("}")) {
          cursor.end();
          if (block === undefined) throw new SyntaxFault(cursor.at, 'this "}" closes no block');
          this.#endComment = line.comment;
          return withoutEdges(items);
        }
        items.push(this.#parseItem(new Cursor(line.tokens), line.comment, block?.depth ?? 0));
      } catch (fault) {
        this.#report(fault);
        if (opens(line)) this.#skipBlock();
      }
    }
  }

  /** Passes over a block whose first line is wrong, so that its `}` is not called wrong as well. */
  #skipBlock(): void {
    for (let depth = 1; depth > 0 && this.#next < this.#lines.length; this.#next++) {
      const line = this.#lines[this.#next];
      if (line === undefined) return;
      if (opens(line)) depth++;
      else if (line.tokens[0]?.text === "}") depth--;
    }
  }

  #parseItem(cursor: Cursor, comment: string | undefined, depth: number): Item {
    const { at } = cursor;
    if (cursor.atEnd()) {
      return comment === undefined
        ? { kind: "blank", at, comment }
        : { kind: "comment", at, comment };
    }
    if (cursor.sees(":", 1) || cursor.sees("[", 1)) {
      const step = parseStep(cursor);
      cursor.end();
      return { ...step, at, comment };
    }
    if (cursor.word("repeat")) {
      const count = parseExpr(cursor);
      return {
        kind: "repeat",
        count,
        ...this.#parseBlock(cursor, { at, depth: depth + 1 }),
        at,
        comment,
      };
    }
    if (cursor.word("for")) {
      const name = cursor.anyWord("a name for the loop variable");
      cursor.requiredWord("in");
      const values = [parseRange(cursor)];
      while (cursor.symbol(",")) values.push(parseRange(cursor));
      const block = this.#parseBlock(cursor, { at, depth: depth + 1 });
      return { kind: "for", name, values, ...block, at, comment };
    }
    const body =
      parseOneLine(cursor) ?? (cursor.isNearMiss() ? cursor.fail(ANY_LINE) : parseStep(cursor));
    cursor.end();
    if (depth > 0 && !STATEMENTS.has(body.kind)) {
      throw new SyntaxFault(at, `"${body.kind}" stands outside of blocks only`);
    }
    return { ...body, at, comment };
  }

  #parseBlock(cursor: Cursor, block: OpenBlock): Block {
    cursor.required("{");
    cursor.end();
    if (block.depth > MAX_DEPTH)
      throw new SyntaxFault(block.at, `blocks nest at most ${MAX_DEPTH} deep`);
    const body = this.parseItems(block);
    const endComment = this.#endComment;
    this.#endComment = undefined;
    return { body, endComment };
  }

  #report(fault: unknown): void {
    if (!(fault instanceof SyntaxFault)) throw fault;
    this.diagnostics.push(fault.diagnostic);
  }
}

function opens(line: Line): boolean {
  return line.tokens.at(-2)?.text === "{";
}

const ANY_LINE = 'a declaration such as "var", a claim such as "expect", or an actor and a colon';

const STATEMENTS: ReadonlySet<Item["kind"]> = new Set(["step", "barrier", "expect", "reach"]);

/** Keeps one blank line between others, and none at the edges of a block. */
function withoutEdges(items: readonly Item[]): Item[] {
  const isBlank = (item: Item | undefined) => item === undefined || item.kind === "blank";
  const kept = items.filter((item, index) => !isBlank(item) || !isBlank(items[index - 1]));
  return isBlank(kept.at(-1)) ? kept.slice(0, -1) : kept;
}

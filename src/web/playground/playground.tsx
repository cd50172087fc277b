import { useEffect, useState } from "preact/hooks";
import { type ModelLink, parseLink, runOfToken } from "../model/model-link.ts";
import { CHAPTERS, type Chapter, chapterOf } from "./chapters.ts";
import type { Checker } from "./checker.ts";
import { Comparison } from "./comparison.tsx";
import { Guide } from "./guide.tsx";
import { Result } from "./result.tsx";
import { type Draft, Workbench } from "./workbench.tsx";

const [FIRST] = CHAPTERS;

/** The guide, a place to write scenarios, and what the checker makes of them. */
export function Playground({ checker }: { readonly checker: Checker }) {
  const [chapter, setChapter] = useState<Chapter | undefined>(undefined);
  const [draft, setDraft] = useState<Draft>({ file: "", text: "", program: 0 });
  const [link, setLink] = useState<ModelLink | undefined>(undefined);

  const open = (it: Chapter) => {
    const { file, text } = it;
    setChapter(it);
    setLink(undefined);
    setDraft({ file, text, program: 0 });
    if (it.compares === undefined) void checker.check({ file, text, program: 0 });
  };
  const follow = async (it: ModelLink) => {
    const run = await runOfToken(it.token).catch(() => undefined);
    if (run === undefined) return checker.refuse("the link is damaged: letters of it are missing");
    setChapter(chapterOf("own"));
    setLink(it);
    setDraft({ file: run.file, text: run.text, program: 0 });
    await checker.replay(run);
  };
  const go = () => {
    const linked = parseLink(location.hash);
    if (linked !== undefined) void follow(linked);
    else {
      const it = chapterOf(location.hash.slice(1)) ?? FIRST;
      if (it !== undefined) open(it);
    }
  };
  useEffect(() => {
    go();
    window.addEventListener("hashchange", go);
    return () => window.removeEventListener("hashchange", go);
  }, []);

  return (
    <>
      <header class="masthead">
        <h1>Trapline</h1>
        <p>hardware breakpoints, checked in every order, in this page</p>
        <nav aria-label="Chapters">
          {CHAPTERS.map(({ id, title }, index) => (
            <a key={id} href={`#${id}`} aria-current={chapter?.id === id ? "page" : undefined}>
              {index + 1}. {title}
            </a>
          ))}
        </nav>
      </header>
      <main class="playground">
        <div class="beside">
          {chapter !== undefined && <Guide chapter={chapter} />}
          <Workbench {...{ draft, checker }} change={setDraft} />
        </div>
        {chapter?.compares !== undefined && (
          <Comparison key={chapter.id} {...{ chapter, checker }} show={setDraft} />
        )}
        <Result {...{ checker }} first={link?.step} wanted={link?.order} />
      </main>
    </>
  );
}

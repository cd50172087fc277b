/** How many colours there are; more tasks begin again, for their names tell them apart. */
const COLOURS = 6;

/** The class that colours what belongs to a task. */
export function taskClass(actors: readonly string[], task: string): string {
  const index = actors.indexOf(task);
  return index < 0 ? "task-idle" : `task-${index % COLOURS}`;
}

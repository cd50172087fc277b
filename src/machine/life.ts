/** The first word of each object. A freed object keeps it, so that a dangling id is found out. */
export const LIFE = { unused: 0, live: 1, freed: 2 } as const;

/** What stands in a reference for "the task that is no more". kernel: TASK_TOMBSTONE. */
export const TOMBSTONE = -1;
export const NULL = 0;

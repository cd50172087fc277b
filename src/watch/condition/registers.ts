/** What compiled conditions use: the result, the right-hand side, and two for work. R6 to R9 are left alone. */
export const RESULT = 1;
export const RIGHT = 2;
export const WORK = 3;
export const WORK2 = 4;

/** The signal that finds what dangles after a swap, on the design that is right: explored to its end. */
export const SCENARIO = `arch powerpc-dawr design d
cpus 1
var x 8

P: open e write x inherit
P: fork C
P: fork D
C: handle SIGUSR1
barrier
C: store x
D: exit
P: kill C SIGUSR1
P: wait D
`;

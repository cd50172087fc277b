/*
 * Peterson's lock for N processes, with the same atomic steps as bench/models/peterson-levels.ts: whoever
 * must wait looks again, which is a step that changes nothing.
 */
#define IDLE 0
#define CLIMB 1
#define ANNOUNCE 2
#define WAIT 3
#define LEAVE 4

byte height[N], last[N];	/* who came last at a level, plus one */
active [N] proctype Process() {
  byte at, level, other, may;
  do
  :: d_step { at == IDLE -> level = 1; at = CLIMB }
  :: d_step { at == CLIMB -> height[_pid] = level; at = ANNOUNCE }
  :: d_step { at == ANNOUNCE -> last[level] = _pid + 1; at = WAIT }
  :: d_step {
       at == WAIT ->
       may = 1;
       do
       :: other < N ->
          may = (other != _pid && height[other] >= level -> 0 : may);
          other++
       :: else -> break
       od;
       may = (last[level] != _pid + 1 -> 1 : may);
       level = level + may;
       at = (may == 0 -> WAIT : (level < N -> CLIMB : LEAVE));
       other = 0;
       may = 0
     }
  :: d_step { at == LEAVE -> height[_pid] = 1; at = IDLE }
  od
}

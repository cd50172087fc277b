/*
 * Peterson's lock for N processes, with the same atomic steps as examples/explore/peterson.ts.
 */
byte height[N], last[N];
active [N] proctype Process() {
  byte level, seen;
idle:
  level = 1;
climb:
  if
  :: level == N -> goto critical
  :: d_step { level < N -> height[_pid] = level };
  fi;
  d_step { last[level-1] = _pid; seen = 0 };
wait:
  if
  :: d_step { seen < N && (seen == _pid || height[seen] < level) -> seen++ }; goto wait
  :: d_step { (last[level-1] != _pid || seen == N) -> level++ }; goto climb
  fi;
critical:
  height[_pid] = 0;
  goto idle
}

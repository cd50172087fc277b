/*
 * A semaphore that is a process, with which users meet to take it and to give it back, with the same atomic
 * steps as bench/models/semaphore.ts.
 */
mtype = { take, give };
chan meeting = [0] of { mtype };
byte inside;

proctype Semaphore() {
  do
  :: meeting!take; meeting?give
  od
}

proctype Observer() {
  assert(inside <= 1)
}

proctype User() {
  meeting?take;
  inside++;
  skip;
  inside--;
  meeting!give;
  skip
}

init {
  atomic { run Semaphore(); run Observer(); run User(); run User(); run User() }
}

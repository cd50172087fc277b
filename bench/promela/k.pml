/*
 * K, a small kernel: tasks with one context and one breakpoint each, processors that switch between
 * them, take hits and run exits, and a closer for each task. The same atomic steps as bench/models/k.ts.
 * ctxt 1 is live, 2 a tombstone; est 0 inactive, 1 active, 2 detached, 3 freed; tst 0 runnable,
 * 1 on a processor, 2 dead. Build with -DNT=2 or 3, the tasks, and -DNC=2.
 */
byte cur[NC], nxt[NC], dr[NC], hit[NC]; bit at0[NC]=1;
byte tst[NT], ctxt[NT]=1, lck[NT], est[NT], eref[NT]=2; byte err;
#ifdef PAD
byte pad[PAD];
#endif
#define c _pid
#define t (cur[_pid]-1)
#define PICK(J) d_step { tst[J]==0 -> nxt[c]=J+1; tst[J]=1; at0[c]=0 }
#if NT > 2
#define PICK2 :: PICK(2)
#else
#define PICK2
#endif
active [NC] proctype CPU() {
  do
  :: if :: PICK(0) :: PICK(1) PICK2 fi;                   /* schedule */
     if
     :: cur[c]==0
     :: d_step { cur[c]!=0 && lck[t]==0 -> lck[t]=c+1 };
        d_step { dr[c] = (est[t]==1 -> 0 : dr[c]); est[t] = (est[t]==1 -> 0 : est[t]) };
        lck[t]=0;
        tst[t]=0
     fi;
     d_step { cur[c]=nxt[c]; nxt[c]=0 };
     d_step { lck[t]==0 -> lck[t]=c+1 };
     d_step { dr[c] = (est[t]==0 && ctxt[t]==1 -> cur[c] : dr[c]);
              est[t] = (est[t]==0 && ctxt[t]==1 -> 1 : est[t]) };
     d_step { lck[t]=0; at0[c]=1 }
  :: d_step { cur[c]!=0 -> at0[c]=0 };                    /* exit */
     d_step { lck[t]==0 -> lck[t]=c+1 };
     d_step { dr[c] = (est[t]==1 -> 0 : dr[c]); est[t] = (est[t]==1 -> 0 : est[t]) };
     ctxt[t]=2;
     lck[t]=0;
     d_step { lck[t]==0 -> lck[t]=c+1 };
     d_step { est[t] = (est[t]==0 -> 2 : est[t]); eref[t]=eref[t]-1 };
     lck[t]=0;
     d_step { tst[t]=2; cur[c]=0; at0[c]=1 }
  :: d_step { dr[c]!=0 -> hit[c]=dr[c]; at0[c]=0 };       /* hit, single step */
     err = (eref[hit[c]-1]==0 -> err|1 : err);
     dr[c]=0;
     d_step { dr[c] = (est[hit[c]-1]==1 -> hit[c] : dr[c]); hit[c]=0; at0[c]=1 }
  od
}
#undef t
#define i (_pid-NC)
active [NT] proctype Closer() {
  skip;
  do
  :: d_step { lck[i]==0 -> lck[i]=NC+1 };
     if
     :: est[i]==1; lck[i]=0;
        if
        :: est[i]!=1
        :: d_step { cur[0]==i+1 && at0[0] && est[i]==1 -> dr[0]=0; est[i]=2 }; break
        :: d_step { cur[1]==i+1 && at0[1] && est[i]==1 -> dr[1]=0; est[i]=2 }; break
        fi
     :: d_step { est[i]!=1 -> est[i]=2 }; lck[i]=0; break
     fi
  od;
  err = (ctxt[i]==2 -> err|2 : err);                      /* unlocked look at ctx->task */
  d_step { eref[i]=eref[i]-1; est[i]=3 };
end: false
}

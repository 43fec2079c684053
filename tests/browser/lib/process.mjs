/** What Linux tells about processes. */

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Pids of the children of `pid`. */
export function children(pid) {
  const read = (thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => unlessGone(() => read(thread), '').match(/\d+/g) ?? []).map(Number);
}

/** Pids of `pid` and all below it. */
export function family(pid) {
  return [pid, ...unlessGone(() => children(pid), []).flatMap(family)];
}

/** Whether the process exists and is no zombie. */
export function alive(pid) {
  return unlessGone(() => !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), false);
}

/** CPU time that the processes have used, s. */
export function cpu_s(pids) {
  return sum(pids, (pid) => {
    // Fields 14 and 15 of proc(5) stat; the name in field 2 may itself hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  });
}

/** Resident memory of the processes, MiB; pages that several share count once for each. */
export function resident_mib(pids) {
  return sum(pids, (pid) => kib(`/proc/${pid}/status`, 'VmRSS') / 1024);
}

/** Resident memory of the processes, MiB; shared pages divided among those who share them. */
export function proportional_mib(pids) {
  return sum(pids, (pid) => kib(`/proc/${pid}/smaps_rollup`, 'Pss') / 1024);
}

function kib(path, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
}

function sum(pids, read) {
  return pids.reduce((total, pid) => total + unlessGone(() => read(pid), 0), 0);
}

/** A process may end at any time between two looks at it. */
function unlessGone(read, otherwise) {
  try {
    return read();
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return otherwise;
    throw error;
  }
}

//! The system calls of a worker: those that a simulation needs, and no other.
//!
//! Several filters, of which the kernel takes the strictest verdict for each call: one answers
//! whatever names a file with "no such file", so that MuJoCo reports a missing asset alike for files
//! that exist and for files that do not; one ends the process for all calls that are on no list.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Memory, threads, time, and reading and writing what is already open.
const ALLOWED: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_close,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_membarrier,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
];

/// What names a file.
const NAMES: &[c_long] = &[
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_getcwd,
    libc::SYS_ioctl,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_readlinkat,
    libc::SYS_statfs,
    libc::SYS_statx,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
];

/// Puts the process under both filters; `false` where the kernel has none.
pub(super) fn apply() -> bool {
    programs().is_some_and(|all| all.iter().all(|program| apply_filter(program).is_ok()))
}

fn programs() -> Option<[BpfProgram; 3]> {
    let no_such = |errno: i32| SeccompAction::Errno(errno.unsigned_abs());
    let names = program(unconditional(NAMES), SeccompAction::Allow, no_such(libc::ENOENT))?;
    // What `clone3` is asked for lies in memory, where no filter looks; glibc takes `clone` instead
    // where there is none.
    let clone3 = unconditional(&[libc::SYS_clone3]);
    let clone3 = program(clone3, SeccompAction::Allow, no_such(libc::ENOSYS))?;
    let list = program(allowed()?, SeccompAction::KillProcess, SeccompAction::Allow)?;
    Some([names, clone3, list])
}

fn program(rules: Rules, otherwise: SeccompAction, listed: SeccompAction) -> Option<BpfProgram> {
    let arch = std::env::consts::ARCH.try_into().ok()?;
    SeccompFilter::new(rules, otherwise, listed, arch).ok()?.try_into().ok()
}

fn unconditional(calls: &[c_long]) -> Rules {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}

fn allowed() -> Option<Rules> {
    let mut rules = unconditional(ALLOWED);
    rules.extend(unconditional(NAMES));
    rules.insert(libc::SYS_clone3, Vec::new());
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_poll, Vec::new());
    let pid = u64::from(std::process::id());
    let threads = libc::CLONE_THREAD as u64;
    let conditions = [
        // Threads, not processes.
        (libc::SYS_clone, 0, SeccompCmpOp::MaskedEq(threads), threads),
        // Only itself: how it ends when the host is gone, and how `abort` works.
        (libc::SYS_kill, 0, SeccompCmpOp::Eq, pid),
        (libc::SYS_tgkill, 0, SeccompCmpOp::Eq, pid),
        (libc::SYS_prctl, 0, SeccompCmpOp::Eq, libc::PR_SET_NAME as u64),
        // Its own limits, of which it can only lift what is soft.
        (libc::SYS_prlimit64, 0, SeccompCmpOp::Eq, 0),
    ];
    for (call, argument, compare, value) in conditions {
        let condition =
            SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value).ok()?;
        rules.insert(call, vec![SeccompRule::new(vec![condition]).ok()?]);
    }
    #[cfg(target_arch = "x86_64")]
    for call in [libc::SYS_getrlimit, libc::SYS_setrlimit] {
        rules.insert(call, Vec::new());
    }
    Some(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_for_this_processor() {
        assert!(programs().is_some());
    }

    #[test]
    fn nothing_that_reaches_out_is_allowed() {
        let rules = allowed().expect("compiles");
        let forbidden = [
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_unlinkat,
            libc::SYS_mkdirat,
            libc::SYS_memfd_create,
            libc::SYS_io_uring_setup,
            libc::SYS_bpf,
        ];
        for call in forbidden {
            assert!(!rules.contains_key(&call), "{call}");
        }
    }
}

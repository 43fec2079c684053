//! A service manager hears of the daemon as long as its loops go on.

#![allow(unsafe_code, reason = "a thread is stopped as a debugger stops it: by ptrace")]

use std::{
    fs, io,
    os::unix::net::UnixDatagram,
    ptr,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use http::StatusCode;
use serde_json::json;

use crate::{
    daemon::{Daemon, SWING},
    player::play,
};

/// What the service manager is told to wait for at most, µs; a sign comes four times as often.
const WATCHDOG_USEC: &str = "4000000";
/// A loop is stuck after half of that.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether signs come within a time that is enough for several.
fn signs(socket: &UnixDatagram) -> bool {
    let begin = Instant::now();
    let mut text = [0; 512];
    while begin.elapsed() < Duration::from_secs(3) {
        match socket.recv(&mut text) {
            Ok(read) if text[..read].starts_with(b"WATCHDOG=1") => return true,
            _ => {}
        }
    }
    false
}

/// Threads of a process that draw a view, by their names.
fn views(process: u32) -> Vec<i32> {
    let all = fs::read_dir(format!("/proc/{process}/task")).expect("lists").flatten();
    let named = all.filter(|task| {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        let name = name.trim();
        name.starts_with("view") || (name.starts_with('v') && name[1..].parse::<u32>().is_ok())
    });
    named.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect()
}

/// A stopped thread, which goes on when this is dropped.
struct Stopped {
    free: Option<mpsc::SyncSender<()>>,
    held: Option<thread::JoinHandle<()>>,
}

impl Stopped {
    fn stop(tid: i32) -> io::Result<Self> {
        let (free, freed) = mpsc::sync_channel::<()>(1);
        let (tell, told) = mpsc::sync_channel(1);
        // Who stops a thread must also be who lets it go.
        let held = thread::Builder::new().name("test-holder".into()).spawn(move || {
            let none = ptr::null_mut::<libc::c_void>();
            let ask = |request: libc::c_uint| {
                // SAFETY: these requests read and write no memory of either process.
                let done = unsafe { libc::ptrace(request, tid, none, none) };
                if done == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
            };
            let stopped = ask(libc::PTRACE_SEIZE).and_then(|()| ask(libc::PTRACE_INTERRUPT));
            let stopped = stopped.map(|()| {
                // SAFETY: nobody is told how it ended.
                unsafe { libc::waitpid(tid, ptr::null_mut(), libc::__WALL) };
            });
            let holds = stopped.is_ok();
            tell.send(stopped).expect("is waited for");
            if holds {
                let _ = freed.recv();
                let _ = ask(libc::PTRACE_DETACH);
            }
        });
        told.recv().expect("tells")?;
        Ok(Self { free: Some(free), held: Some(held.expect("a thread")) })
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.free.take());
        let _ = self.held.take().map(thread::JoinHandle::join);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchdog_is_fed_only_while_every_loop_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("binds");
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("is set");
    let daemon = Daemon::ready_with(&[
        ("NOTIFY_SOCKET", path.to_str().expect("text")),
        ("WATCHDOG_USEC", WATCHDOG_USEC),
        // Large enough that the loop is at work most of the time.
        ("MJCAST_VIDEO__FRAME_WIDTH", "1280"),
        ("MJCAST_VIDEO__FRAME_HEIGHT", "720"),
    ])
    .await;
    let swing = daemon.post("/api/scene/load", &json!({"xml": SWING})).await;
    assert_eq!(swing.0, StatusCode::OK);
    let _player = play(&daemon, "default").await;
    assert!(signs(&socket), "a daemon that is well gives signs");

    // One that is stopped while it waits for something to do is not stuck: then once more.
    let mut silent = false;
    for _ in 0..20 {
        let views = views(daemon.process.id());
        assert_eq!(views.len(), 1, "one view");
        let stopped = match Stopped::stop(views[0]) {
            Ok(stopped) => stopped,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                println!("skipped: nobody may stop threads here: {error}");
                return;
            }
            Err(error) => panic!("{error}"),
        };
        tokio::time::sleep(PATIENCE + Duration::from_secs(2)).await;
        while socket.recv(&mut [0; 512]).is_ok() {}
        silent = !signs(&socket);
        drop(stopped);
        if silent {
            break;
        }
    }
    assert!(silent, "signs come although a view is stuck");
    assert!(signs(&socket), "once it goes on, so do they");
}

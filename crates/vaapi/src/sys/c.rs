//! Asks a C compiler with libva's headers, for tests.

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// The value of a `type`'s union of bit fields whose `members` hold these numbers; `None`, with a
/// line that says so, without the headers or a compiler.
pub(crate) fn bit_fields(of: &str, union: &str, members: &[(&str, i64)]) -> Option<u32> {
    let sets: String =
        members.iter().map(|(name, value)| format!("x.{union}.bits.{name} = {value};\n")).collect();
    let program = format!(
        "#include <stdio.h>\n#include <va/va.h>\n#include <va/va_enc_h264.h>\n\
         int main(void) {{ {of} x = {{0}};\n{sets}printf(\"%u\", x.{union}.value); }}\n"
    );
    run(&program).map(|output| output.parse().expect("a number"))
}

fn run(program: &str) -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let skip = || println!("skipped: needs libva's headers (Debian: libva-dev) and a C compiler");
    if !Path::new("/usr/include/va/va_enc_h264.h").exists() {
        skip();
        return None;
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let file = env::temp_dir().join(format!("vaapi-c-{}-{number}", process::id()));
    let spawned = Command::new("cc")
        .args(["-x", "c", "-", "-o"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut cc) = spawned else {
        skip();
        return None;
    };
    let mut input = cc.stdin.take().expect("piped");
    input.write_all(program.as_bytes()).expect("it reads");
    drop(input);
    let compiled = cc.wait_with_output().expect("it ends");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let output = Command::new(&file).output().expect("runs");
    fs::remove_file(&file).expect("it is ours");
    Some(String::from_utf8(output.stdout).expect("text"))
}

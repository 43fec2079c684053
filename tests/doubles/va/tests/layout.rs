//! Where the double finds things in libva's structs, against the headers.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const SOURCE: &str = include_str!("../src/driver.rs");

/// The names in `va_backend.h` of what the table is filled with.
fn in_c(function: &str) -> String {
    let special = match function {
        "query_profiles" => "vaQueryConfigProfiles",
        "query_entrypoints" => "vaQueryConfigEntrypoints",
        "create_surfaces_2" => "vaCreateSurfaces2",
        "sync_surface_2" => "vaSyncSurface2",
        "query_nothing" => "vaQueryDisplayAttributes",
        "export_surface" => "vaExportSurfaceHandle",
        _ => "",
    };
    if !special.is_empty() {
        return special.to_owned();
    }
    let parts = function.split('_').map(|part| part[..1].to_uppercase() + &part[1..]);
    format!("va{}", parts.collect::<String>())
}

#[test]
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn the_table_is_that_of_the_header() {
    let (_, table) = SOURCE.split_once("] = &[\n").expect("the table");
    let (table, _) = table.split_once("];").expect("its end");
    let mut checks = vec![
        "_Static_assert(offsetof(struct VADriverContext, str_vendor) == 88, \"vendor\");".to_owned(),
        "_Static_assert(sizeof(struct VADriverVTable) == 8 * 113, \"table\");".to_owned(),
        "_Static_assert(sizeof(VAEncSequenceParameterBufferH264) == 1132, \"s\");".to_owned(),
        "_Static_assert(offsetof(VAEncSequenceParameterBufferH264, frame_crop_left_offset) == 1072,\
         \"crop\");"
            .to_owned(),
        "_Static_assert(sizeof(VAEncPictureParameterBufferH264) == 648, \"p\");".to_owned(),
        "_Static_assert(offsetof(VAEncPictureParameterBufferH264, coded_buf) == 612, \"c\");"
            .to_owned(),
        "_Static_assert(offsetof(VAEncPictureParameterBufferH264, pic_fields) == 628, \"f\");"
            .to_owned(),
        "_Static_assert(sizeof(VAEncSliceParameterBufferH264) == 3140, \"slice\");".to_owned(),
        "_Static_assert(sizeof(VAEncPackedHeaderParameterBuffer) == 28, \"packed\");".to_owned(),
    ];
    for entry in table.split('(').skip(1) {
        let (place, rest) = entry.split_once(", ").expect("a place");
        let (function, _) = rest.split_once(" as").expect("a function");
        let name = in_c(function);
        let check = format!("offsetof(struct VADriverVTable, {name}) == 8 * {place}, \"{name}\"");
        checks.push(format!("_Static_assert({check});"));
    }
    assert!(checks.len() > 35, "{checks:?}");
    if !std::path::Path::new("/usr/include/va/va_backend.h").exists() {
        println!("skipped: needs libva's headers (Debian: libva-dev)");
        return;
    }
    let head = "#include <stddef.h>\n#include <va/va.h>\n#include <va/va_backend.h>\n\
                #include <va/va_enc_h264.h>\n";
    let mut cc = Command::new("cc")
        .args(["-fsyntax-only", "-Werror", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a C compiler");
    let mut input = cc.stdin.take().expect("piped");
    input.write_all(format!("{head}{}\n", checks.join("\n")).as_bytes()).expect("it reads");
    drop(input);
    let compiled = cc.wait_with_output().expect("it ends");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
}

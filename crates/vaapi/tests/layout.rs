//! What is written by hand in `src/sys.rs` and `src/loader.rs` against libva's own headers, where
//! those are installed: C files with the sizes and offsets that are asserted at compile time, with
//! the constants by the names in their comments, and with the functions' signatures.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// What a file asserts at compile time of a struct.
struct Layout {
    name: String,
    size: String,
    /// With their offsets.
    fields: Vec<(String, String)>,
}

fn assertions(source: &str) -> Vec<Layout> {
    let lines = source.split(';').filter_map(|line| {
        line.trim().strip_prefix("assert_layout!(").and_then(|rest| rest.strip_suffix(')'))
    });
    lines
        .map(|line| {
            let mut parts = line.split(',').map(|part| part.trim().to_owned());
            let name = parts.next().expect("a struct");
            let size = parts.next().expect("a size");
            let pair = |part: String| {
                let (field, offset) = part.split_once('=').expect("field = offset");
                (field.trim().to_owned(), offset.trim().to_owned())
            };
            Layout { name, size, fields: parts.map(pair).collect() }
        })
        .collect()
}

/// What C calls the structs and fields whose names differ.
fn in_c(name: &str, field: Option<&str>) -> Option<String> {
    let structs = [
        ("ConfigAttrib", "VAConfigAttrib"),
        ("SurfaceAttrib", "VASurfaceAttrib"),
        ("ImageFormat", "VAImageFormat"),
        ("Image", "VAImage"),
        ("CodedSegment", "VACodedBufferSegment"),
        ("PrimeDescriptor", "VADRMPRIMESurfaceDescriptor"),
        ("ExternalBuffers", "VASurfaceAttribExternalBuffers"),
        ("PrimeObject", "__typeof__(((VADRMPRIMESurfaceDescriptor *)0)->objects[0])"),
        ("PrimeLayer", "__typeof__(((VADRMPRIMESurfaceDescriptor *)0)->layers[0])"),
        ("FrameRateParameters", "VAEncMiscParameterFrameRate"),
        ("HrdParameters", "VAEncMiscParameterHRD"),
        ("PictureH264", "VAPictureH264"),
        ("SequenceH264", "VAEncSequenceParameterBufferH264"),
        ("PictureParametersH264", "VAEncPictureParameterBufferH264"),
        ("SliceH264", "VAEncSliceParameterBufferH264"),
        ("PackedHeader", "VAEncPackedHeaderParameterBuffer"),
        ("RateControlParameters", "VAEncMiscParameterRateControl"),
    ];
    let own = structs.iter().find(|(rust, _)| *rust == name)?.1;
    let Some(field) = field else { return Some(own.to_owned()) };
    let fields = [
        ("SurfaceAttrib", "value_type", "value.type"),
        ("SurfaceAttrib", "value", "value.value"),
        ("ImageFormat", "masks", "red_mask"),
        ("Image", "buffer", "buf"),
        ("PrimeObject", "modifier", "drm_format_modifier"),
        ("FrameRateParameters", "flags", "framerate_flags"),
        ("FrameRateParameters", "reserved", "va_reserved"),
        ("HrdParameters", "reserved", "va_reserved"),
        ("CodedSegment", "data", "buf"),
        ("PictureH264", "top_order_count", "TopFieldOrderCnt"),
        ("PictureH264", "reserved", "va_reserved"),
        ("SequenceH264", "reserved", "va_reserved"),
        ("PictureParametersH264", "reserved", "va_reserved"),
        ("SliceH264", "reserved", "va_reserved"),
        ("PackedHeader", "reserved", "va_reserved"),
        ("RateControlParameters", "reserved", "va_reserved"),
        ("PictureParametersH264", "references", "ReferenceFrames"),
        ("PictureParametersH264", "coded_buffer", "coded_buf"),
        ("SliceH264", "macroblock_info", "macroblock_info"),
        ("SliceH264", "list0", "RefPicList0"),
        ("SliceH264", "list1", "RefPicList1"),
        ("SliceH264", "weights_l0", "luma_weight_l0_flag"),
        ("SliceH264", "weights_l1", "luma_weight_l1_flag"),
        ("RateControlParameters", "window_size_ms", "window_size"),
        ("RateControlParameters", "flags", "rc_flags"),
    ];
    let named = fields.iter().find(|(rust, own, _)| *rust == name && *own == field);
    Some(named.map_or(field, |(_, _, c)| c).to_owned())
}

#[test]
fn structs_are_those_of_the_headers() {
    // `Weights` and `Misc` stand for parts of other structs, and are checked with those.
    let parts = ["Weights", "Misc<"];
    let mut checks = Vec::new();
    for source in SOURCES {
        for Layout { name, size, fields } in assertions(source) {
            let Some(own) = in_c(&name, None) else {
                assert!(parts.iter().any(|part| name.starts_with(part)), "what is {name} in C?");
                continue;
            };
            checks.push(format!("_Static_assert(sizeof({own}) == {size}, \"{own}\");"));
            for (field, offset) in fields {
                let Some(c) = in_c(&name, Some(&field)) else { continue };
                let check = format!("offsetof({own}, {c}) == {offset}, \"{own}.{c}\"");
                checks.push(format!("_Static_assert({check});"));
            }
        }
    }
    assert!(checks.len() > 75, "{} checks", checks.len());
    assert_compiles(&checks);
}

/// The first name in backticks above a constant, and its value as C understands it.
fn constants(source: &str) -> Vec<(String, String)> {
    let mut name = None;
    let mut found = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("/// `") {
            name = text.split('`').next();
        } else if let (Some(name), Some(rest)) = (name.take(), line.split_once("const ")) {
            let (_, value) = rest.1.split_once(" = ").expect("a value");
            let value = value.trim_end_matches(';').replace("u32::MAX", "0xffffffffu");
            let value = match value.strip_prefix("u32::from_le_bytes(*b\"") {
                Some(text) => {
                    let codes: Vec<_> = text.chars().take(4).map(|c| format!("'{c}'")).collect();
                    format!("VA_FOURCC({})", codes.join(","))
                }
                None => value.replace('_', ""),
            };
            found.push((name.to_owned(), value));
        }
    }
    found
}

#[test]
fn constants_are_those_of_the_headers() {
    let all = SOURCES.into_iter().flat_map(constants);
    // DRM's formats are in another package's headers.
    let checks: Vec<_> = all
        .filter(|(name, _)| name.starts_with("VA"))
        .map(|(name, value)| format!("_Static_assert(({name}) == ({value}), \"{name}\");"))
        .collect();
    assert!(checks.len() > 45, "{} checks", checks.len());
    assert_compiles(&checks);
}

/// A type in the table of functions as C writes it.
fn type_in_c(rust: &str) -> String {
    if let Some(target) = rust.strip_prefix("*mut ") {
        return format!("{} *", type_in_c(target));
    }
    let names = [
        ("*const c_char", "const char *"),
        ("c_int", "int"),
        ("c_uint", "unsigned int"),
        ("c_void", "void"),
        ("u32", "uint32_t"),
        ("u64", "uint64_t"),
        ("Status", "VAStatus"),
        ("Id", "VAGenericID"),
        ("RawDisplay", "VADisplay"),
        ("RawProfile", "VAProfile"),
        ("RawEntrypoint", "VAEntrypoint"),
        ("RawBufferType", "VABufferType"),
        ("MessageCallback", "VAMessageCallback"),
        ("ConfigAttrib", "VAConfigAttrib"),
        ("SurfaceAttrib", "VASurfaceAttrib"),
        ("Image", "VAImage"),
        ("ImageFormat", "VAImageFormat"),
    ];
    let found = names.iter().find(|(name, _)| *name == rust);
    found.unwrap_or_else(|| panic!("what is {rust} in C?")).1.to_owned()
}

#[test]
fn functions_are_those_of_the_headers() {
    let source = include_str!("../src/loader.rs");
    let table = source.split_once("\ncalls! {").expect("the table").1;
    let mut checks = Vec::new();
    for entry in table.split(';').filter(|entry| entry.contains("\": ") || entry.contains("\":\n"))
    {
        let (_, entry) = entry.split_once('"').expect("a symbol");
        let (symbol, signature) = entry.split_once('"').expect("its end");
        let (_, signature) = signature.split_once("fn(").expect("a signature");
        let (arguments, result) = signature.split_once(')').expect("its end");
        let (_, result) = result.split_once("->").expect("a result");
        let arguments: Vec<_> =
            arguments.split(',').map(|argument| type_in_c(argument.trim())).collect();
        let (result, arguments) = (type_in_c(result.trim()), arguments.join(", "));
        checks.push(format!("{result} (*check_{symbol})({arguments}) = {symbol};"));
    }
    assert!(checks.len() > 30, "{} functions", checks.len());
    assert_compiles(&checks);
}

const SOURCES: [&str; 2] = [include_str!("../src/sys.rs"), include_str!("../src/sys/h264.rs")];

/// Compiles the lines after libva's headers; skips, and says so, where there are none.
#[track_caller]
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn assert_compiles(lines: &[String]) {
    let include = Path::new("/usr/include/va/va_drmcommon.h");
    if !include.exists() || Command::new("cc").arg("--version").output().is_err() {
        println!("skipped: needs libva's headers (Debian: libva-dev) and a C compiler");
        return;
    }
    let head = "#include <stddef.h>\n#include <va/va.h>\n#include <va/va_enc_h264.h>\n\
                #include <va/va_drm.h>\n#include <va/va_drmcommon.h>\n";
    let mut cc = Command::new("cc")
        .args(["-fsyntax-only", "-Werror", "-Wno-deprecated-declarations", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a C compiler");
    let mut input = cc.stdin.take().expect("piped");
    input.write_all(format!("{head}{}\n", lines.join("\n")).as_bytes()).expect("it reads");
    drop(input);
    let compiled = cc.wait_with_output().expect("it ends");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
}

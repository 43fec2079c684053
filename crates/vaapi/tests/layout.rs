//! The hand-written structs against libva's own headers, where those are installed: a C file with
//! the sizes and offsets that `src/sys.rs` asserts at compile time.

use std::{fs, path::Path, process::Command};

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
    let include = Path::new("/usr/include/va/va_drmcommon.h");
    if !include.exists() || Command::new("cc").arg("--version").output().is_err() {
        println!("skipped: needs libva's headers (Debian: libva-dev) and a C compiler");
        return;
    }
    let mut checks = Vec::new();
    for source in [include_str!("../src/sys.rs"), include_str!("../src/sys/h264.rs")] {
        for Layout { name, size, fields } in assertions(source) {
            let Some(own) = in_c(&name, None) else { continue };
            checks.push(format!("_Static_assert(sizeof({own}) == {size}, \"{own}\");"));
            for (field, offset) in fields {
                // Some fields of C are unions without a type to name; their neighbours are checked.
                let Some(c) = in_c(&name, Some(&field)) else { continue };
                let check = format!("offsetof({own}, {c}) == {offset}, \"{own}.{c}\"");
                checks.push(format!("_Static_assert({check});"));
            }
        }
    }
    assert!(checks.len() > 60, "{} checks", checks.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("layout.c");
    let head = "#include <stddef.h>\n#include <va/va.h>\n#include <va/va_enc_h264.h>\n\
                #include <va/va_drmcommon.h>\n";
    fs::write(&file, format!("{head}{}\n", checks.join("\n"))).expect("writes");
    let compiled = Command::new("cc").arg("-fsyntax-only").arg(&file).output().expect("runs");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
}

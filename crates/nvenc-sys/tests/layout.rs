//! What is written by hand in `src/sys` against the vendor's headers, where those are installed:
//! C files with the sizes and offsets that are asserted at compile time, with the constants, and
//! with the version words of whichever version is installed; and a program that sets bit fields.

use std::{
    io::Write,
    mem::offset_of,
    path::Path,
    process::{Command, Stdio},
};

use nvenc_sys::{
    sys::nvenc::{Av1, H264, Hevc, Lock, RateControl},
    version::ALL,
};

const NVENC: &str = include_str!("../src/sys/nvenc.rs");
const CODECS: &str = include_str!("../src/sys/nvenc/codecs.rs");
const CUDA: &str = include_str!("../src/sys/cuda.rs");
/// What is written by hand.
const SOURCES: [&str; 3] = [NVENC, CODECS, CUDA];
const FOLDER: &str = "/usr/include/ffnvcodec";

/// Our structs and the headers'. Those with a star are shorter in some of the versions.
const STRUCTS: &[(&str, &str)] = &[
    ("Guid", "GUID"),
    ("OpenSession", "NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS"),
    ("CapsParam", "NV_ENC_CAPS_PARAM"),
    ("RateControl", "NV_ENC_RC_PARAMS"),
    ("Vui", "NV_ENC_CONFIG_H264_VUI_PARAMETERS"),
    ("H264", "NV_ENC_CONFIG_H264"),
    ("Hevc", "NV_ENC_CONFIG_HEVC"),
    ("Av1", "NV_ENC_CONFIG_AV1"),
    ("CodecConfig", "NV_ENC_CODEC_CONFIG"),
    ("Config", "NV_ENC_CONFIG"),
    ("PresetConfig", "NV_ENC_PRESET_CONFIG"),
    ("Initialize", "*NV_ENC_INITIALIZE_PARAMS"),
    ("Reconfigure", "*NV_ENC_RECONFIGURE_PARAMS"),
    ("Register", "NV_ENC_REGISTER_RESOURCE"),
    ("MapInput", "NV_ENC_MAP_INPUT_RESOURCE"),
    ("CreateBitstream", "NV_ENC_CREATE_BITSTREAM_BUFFER"),
    ("Picture", "*NV_ENC_PIC_PARAMS"),
    ("Lock", "*NV_ENC_LOCK_BITSTREAM"),
    ("Functions", "NV_ENCODE_API_FUNCTION_LIST"),
    ("Uuid", "CUuuid"),
    ("MemoryHandle", "CUDA_EXTERNAL_MEMORY_HANDLE_DESC"),
    ("MemoryBuffer", "CUDA_EXTERNAL_MEMORY_BUFFER_DESC"),
];

/// Fields whose names are not ours in camel case.
const FIELDS: &[(&str, &str, &str)] = &[
    ("Guid", "data1", "Data1"),
    ("Guid", "data2", "Data2"),
    ("Guid", "data3", "Data3"),
    ("Guid", "data4", "Data4"),
    ("H264", "vui", "h264VUIParameters"),
    ("H264", "num_ref_l0", "numRefL0"),
    ("H264", "chroma_format_idc", "chromaFormatIDC"),
    ("Hevc", "vui", "hevcVUIParameters"),
    ("Hevc", "max_num_ref_frames", "maxNumRefFramesInDPB"),
    ("Hevc", "num_ref_l0", "numRefL0"),
    ("Hevc", "num_ref_l1", "numRefL1"),
    ("Av1", "max_num_ref_frames", "maxNumRefFramesInDPB"),
    ("RateControl", "low_delay_key_frame_scale", "lowDelayKeyFrameScale"),
    ("Config", "profile", "profileGUID"),
    ("Config", "rate_control", "rcParams"),
    ("Config", "codec", "encodeCodecConfig"),
    ("PresetConfig", "config", "presetCfg"),
    ("Initialize", "codec", "encodeGUID"),
    ("Initialize", "preset", "presetGUID"),
    ("Initialize", "config", "encodeConfig"),
    ("Initialize", "enable_ptd", "enablePTD"),
    ("Reconfigure", "initialize", "reInitEncodeParams"),
    ("Register", "resource", "resourceToRegister"),
    ("Register", "registered", "registeredResource"),
    ("MapInput", "registered", "registeredResource"),
    ("MapInput", "mapped", "mappedResource"),
    ("MapInput", "mapped_format", "mappedBufferFmt"),
    ("CreateBitstream", "buffer", "bitstreamBuffer"),
    ("Picture", "flags", "encodePicFlags"),
    ("Picture", "frame_index", "frameIdx"),
    ("Picture", "time_stamp", "inputTimeStamp"),
    ("Picture", "input", "inputBuffer"),
    ("Picture", "output", "outputBitstream"),
    ("Picture", "buffer_format", "bufferFmt"),
    ("Picture", "picture_struct", "pictureStruct"),
    ("Lock", "output", "outputBitstream"),
    ("Lock", "frame_index", "frameIdx"),
    ("Lock", "bytes", "bitstreamSizeInBytes"),
    ("Lock", "time_stamp", "outputTimeStamp"),
    ("Lock", "data", "bitstreamBufferPtr"),
    ("Lock", "average_qp", "frameAvgQP"),
    ("Functions", "codec_count", "nvEncGetEncodeGUIDCount"),
    ("Functions", "codecs", "nvEncGetEncodeGUIDs"),
    ("Functions", "cap", "nvEncGetEncodeCaps"),
    ("Functions", "initialize", "nvEncInitializeEncoder"),
    ("Functions", "create_bitstream", "nvEncCreateBitstreamBuffer"),
    ("Functions", "destroy_bitstream", "nvEncDestroyBitstreamBuffer"),
    ("Functions", "encode", "nvEncEncodePicture"),
    ("Functions", "lock", "nvEncLockBitstream"),
    ("Functions", "unlock", "nvEncUnlockBitstream"),
    ("Functions", "map", "nvEncMapInputResource"),
    ("Functions", "unmap", "nvEncUnmapInputResource"),
    ("Functions", "destroy", "nvEncDestroyEncoder"),
    ("Functions", "invalidate", "nvEncInvalidateRefFrames"),
    ("Functions", "open_session", "nvEncOpenEncodeSessionEx"),
    ("Functions", "register", "nvEncRegisterResource"),
    ("Functions", "unregister", "nvEncUnregisterResource"),
    ("Functions", "reconfigure", "nvEncReconfigureEncoder"),
    ("Functions", "last_error", "nvEncGetLastErrorString"),
    ("Functions", "preset_config", "nvEncGetEncodePresetConfigEx"),
    ("MemoryHandle", "kind", "type"),
    ("MemoryHandle", "fd", "handle.fd"),
];

/// A version as drivers say it.
const fn version(major: u32, minor: u32) -> u32 {
    major << 4 | minor
}

/// What not all of the headers have: since which version, and before which.
const IN_SOME: &[(&str, u32, u32)] = &[
    ("NV_ENC_CONFIG_H264.outputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_H264.inputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_HEVC.outputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_HEVC.inputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_AV1.outputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_AV1.inputBitDepth", version(12, 2), u32::MAX),
    ("NV_ENC_BIT_DEPTH_8", version(12, 2), u32::MAX),
    ("NV_ENC_CONFIG_HEVC.pixelBitDepthMinus8", 0, version(12, 2)),
    ("NV_ENC_CONFIG_AV1.pixelBitDepthMinus8", version(12, 0), version(12, 2)),
    ("NV_ENC_CONFIG_AV1.inputPixelBitDepthMinus8", version(12, 0), version(12, 2)),
];

/// What the headers have since 12.0, by a part of the name.
const AV1: [&str; 2] = ["_CONFIG_AV1", "_AV1_"];

/// The lines, where the headers have `what`.
fn where_there_is(what: &str, lines: &str) -> String {
    let some = IN_SOME.iter().find(|(name, ..)| *name == what);
    let av1 = AV1.iter().any(|part| what.contains(part));
    let (since, before) = match some {
        Some((_, since, before)) => (*since, *before),
        None if av1 => (version(12, 0), u32::MAX),
        None => return lines.to_owned(),
    };
    let here = "(NVENCAPI_MAJOR_VERSION << 4 | NVENCAPI_MINOR_VERSION)";
    format!("#if {here} >= {since} && {here} < {before}u\n{lines}\n#endif")
}

/// An assertion of `what` is so, where the headers have it.
fn assertion(is_so: &str, what: &str) -> String {
    where_there_is(what, &format!("_Static_assert({is_so}, \"{what}\");"))
}

fn in_c(name: &str, field: &str) -> String {
    let named = FIELDS.iter().find(|(own, ours, _)| *own == name && *ours == field);
    if let Some((_, _, c)) = named {
        return (*c).to_owned();
    }
    let mut parts = field.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        camel.extend(part.chars().take(1).map(|c| c.to_ascii_uppercase()));
        camel.push_str(&part[1..]);
    }
    camel
}

#[test]
fn structs_are_those_of_the_headers() {
    let mut checks = Vec::new();
    for source in SOURCES {
        for block in source.split("assert_layout!(").skip(1) {
            let (block, _) = block.split_once(");").expect("its end");
            let mut parts = block.split(',').map(str::trim).filter(|part| !part.is_empty());
            let (name, size) = (parts.next().expect("a name"), parts.next().expect("a size"));
            let c = STRUCTS.iter().find(|(own, _)| *own == name);
            let c = c.unwrap_or_else(|| panic!("what is {name} in C?")).1;
            let longer = c.starts_with('*');
            let c = c.trim_start_matches('*');
            let relation = if longer { "<=" } else { "==" };
            checks.push(assertion(&format!("sizeof({c}) {relation} {size}"), c));
            for part in parts {
                let (field, offset) = part.split_once(" = ").expect("field = offset");
                let field = in_c(name, field);
                let is_so = format!("offsetof({c}, {field}) == {offset}");
                checks.push(assertion(&is_so, &format!("{c}.{field}")));
            }
        }
    }
    assert!(checks.len() > 150, "{} checks", checks.len());
    assert_compiles(&checks);
}

#[test]
fn constants_are_those_of_the_headers() {
    let mut checks = Vec::new();
    for source in SOURCES {
        let mut name = None;
        for line in source.lines() {
            if let Some(text) = line.strip_prefix("/// `") {
                name = text.split('`').next();
            } else if let (Some(name), Some(rest)) = (name.take(), line.strip_prefix("pub const "))
            {
                let Some((_, value)) = rest.split_once(" = ") else { continue };
                // GUIDs are no constants to C, nor are bit fields: those have tests of their own.
                // The last is a flag of C++ and Windows headers only in these.
                let other = rest.contains(": Guid") || BIT_FIELDS.iter().any(|(c, ..)| *c == name);
                if other || name == "CUDA_EXTERNAL_MEMORY_DEDICATED" {
                    continue;
                }
                assert!(name.contains('_'), "{name} is no constant of the headers");
                let value = value.trim_end_matches(';').replace("u32::MAX", "0xffffffffu");
                checks.push(assertion(&format!("({name}) == ({value})"), name));
            }
        }
    }
    assert!(checks.len() > 30, "{} checks", checks.len());
    assert_compiles(&checks);
}

/// Bit fields, the struct that each is in, and where the word lies there.
const BIT_FIELDS: &[(&str, &str, usize)] = &[
    ("enableAQ", "RateControl", offset_of!(RateControl, flags)),
    ("enableLookahead", "RateControl", offset_of!(RateControl, flags)),
    ("enableTemporalAQ", "RateControl", offset_of!(RateControl, flags)),
    ("zeroReorderDelay", "RateControl", offset_of!(RateControl, flags)),
    ("repeatSPSPPS", "H264", offset_of!(H264, flags)),
    ("enableFillerDataInsertion", "H264", offset_of!(H264, flags)),
    ("disableSPSPPS", "Hevc", offset_of!(Hevc, flags)),
    ("repeatSPSPPS", "Hevc", offset_of!(Hevc, flags)),
    ("chromaFormatIDC", "Hevc", offset_of!(Hevc, flags)),
    ("pixelBitDepthMinus8", "Hevc", offset_of!(Hevc, flags)),
    ("enableFillerDataInsertion", "Hevc", offset_of!(Hevc, flags)),
    ("outputAnnexBFormat", "Av1", offset_of!(Av1, flags)),
    ("disableSeqHdr", "Av1", offset_of!(Av1, flags)),
    ("repeatSeqHdr", "Av1", offset_of!(Av1, flags)),
    ("chromaFormatIDC", "Av1", offset_of!(Av1, flags)),
    ("enableBitstreamPadding", "Av1", offset_of!(Av1, flags)),
    ("enableCustomTileConfig", "Av1", offset_of!(Av1, flags)),
    ("inputPixelBitDepthMinus8", "Av1", offset_of!(Av1, flags)),
    ("pixelBitDepthMinus8", "Av1", offset_of!(Av1, flags)),
    ("doNotWait", "Lock", offset_of!(Lock, flags)),
];

/// The bit fields that have constants here: each one's C name, its struct, and its mask.
fn bit_fields() -> Vec<(&'static str, &'static str, u32)> {
    let mut found = Vec::new();
    for block in SOURCES.iter().flat_map(|source| source.split("/// `").skip(1)) {
        let Some((name, rest)) = block.split_once("` in [`") else { continue };
        let (own, rest) = rest.split_once("::flags`].\n").expect("a field");
        let (_, value) = rest.split_once(": u32 = ").expect("a constant");
        let (value, _) = value.split_once(';').expect("its end");
        let (ones, shift) = value.split_once(" << ").unwrap_or((value, "0"));
        let number = |text: &str| text.parse::<u32>().expect("a number");
        found.push((name, own, number(ones) << number(shift)));
    }
    found
}

/// A program fills each bit field and says what the word is then.
#[test]
fn bit_fields_are_those_of_the_header() {
    let ours = bit_fields();
    let mut names: Vec<_> = ours.iter().map(|(name, own, _)| (*name, *own)).collect();
    let mut known: Vec<_> = BIT_FIELDS.iter().map(|(name, own, _)| (*name, *own)).collect();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known, "what is compared is not what there is");
    let sets: Vec<_> = BIT_FIELDS
        .iter()
        .map(|(name, own, offset)| {
            let c = STRUCTS.iter().find(|(ours, _)| ours == own).expect("a struct").1;
            let c = c.trim_start_matches('*');
            let set = format!(
                "{{ {c} x; uint32_t word; memset(&x, 0, sizeof x); x.{name} = ones;\n\
                 memcpy(&word, (char *)&x + {offset}, 4); printf(\"{own}.{name} %u\\n\", word); }}"
            );
            where_there_is(&format!("{c}.{name}"), &set)
        })
        .collect();
    let program = format!(
        "#include <stdio.h>\n#include <string.h>\nint main(void) {{\nuint32_t ones = ~0u;\n{}\n}}\n",
        sets.join("\n")
    );
    let Some(said) = output(&program) else { return };
    let words: Vec<_> = said.lines().filter_map(|line| line.split_once(' ')).collect();
    // All of H.264's and HEVC's, or of AV1's in its place, are in any version.
    assert!(words.len() >= 12, "{said}");
    for (name, own, value) in ours {
        let field = format!("{own}.{name}");
        if let Some((_, word)) = words.iter().find(|(name, _)| *name == field) {
            assert_eq!(*word, value.to_string(), "{field}: {said}");
        }
    }
}

/// Of one of the five versions: the others' words are pinned beside them.
#[test]
fn version_words_are_those_of_the_header() {
    let mut checks = Vec::new();
    for version in ALL {
        let (major, minor) = (version.major, version.minor);
        let here =
            format!("NVENCAPI_MAJOR_VERSION == {major} && NVENCAPI_MINOR_VERSION == {minor}");
        checks.push(format!("#if {here}"));
        for (name, word) in [
            ("NVENCAPI_VERSION", version.api()),
            ("NV_ENCODE_API_FUNCTION_LIST_VER", version.functions()),
            ("NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS_VER", version.open_session()),
            ("NV_ENC_CAPS_PARAM_VER", version.caps_param()),
            ("NV_ENC_RC_PARAMS_VER", version.rate_control()),
            ("NV_ENC_CONFIG_VER", version.config()),
            ("NV_ENC_PRESET_CONFIG_VER", version.preset_config()),
            ("NV_ENC_INITIALIZE_PARAMS_VER", version.initialize()),
            ("NV_ENC_RECONFIGURE_PARAMS_VER", version.reconfigure()),
            ("NV_ENC_REGISTER_RESOURCE_VER", version.register()),
            ("NV_ENC_MAP_INPUT_RESOURCE_VER", version.map_input()),
            ("NV_ENC_CREATE_BITSTREAM_BUFFER_VER", version.create_bitstream()),
            ("NV_ENC_PIC_PARAMS_VER", version.picture()),
            ("NV_ENC_LOCK_BITSTREAM_VER", version.lock()),
        ] {
            checks.push(assertion(&format!("{name} == {word:#x}u"), name));
        }
        checks.push("#endif".to_owned());
    }
    assert_compiles(&checks);
}

#[test]
fn guids_are_those_of_the_header() {
    let Ok(header) = std::fs::read_to_string(Path::new(FOLDER).join("nvEncodeAPI.h")) else {
        skip();
        return;
    };
    let words = |text: &str| -> Vec<u64> {
        let text = text.replace('_', "");
        let numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
        let digits = numbers.filter_map(|number| number.strip_prefix("0x"));
        digits.filter_map(|digits| u64::from_str_radix(digits, 16).ok()).collect()
    };
    let mut count = 0;
    let blocks = SOURCES.iter().flat_map(|source| source.split("/// `").skip(1));
    for block in blocks.filter(|block| block.contains(": Guid =")) {
        let (name, ours) = block.split_once("`.").expect("a name");
        let (ours, _) = ours.split_once(";").expect("a value");
        let theirs = header.split_once(&format!("{name} "));
        // AV1 is there since 12.0.
        if theirs.is_none() && name.contains("_AV1_") && !header.contains("NV_ENC_CONFIG_AV1") {
            continue;
        }
        let (_, theirs) = theirs.expect("in the header");
        let (theirs, _) = theirs.split_once(';').expect("a value");
        let ours = ours.split_once('=').expect("a value").1;
        assert_eq!(words(ours), words(theirs), "{name}");
        assert_eq!(words(ours).len(), 11, "{name}");
        count += 1;
    }
    assert!(count >= 10, "{count}");
}

#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn skip() {
    println!("skipped: needs NVENC's headers (Debian: libffmpeg-nvenc-dev) and a C compiler");
}

/// Compiles the lines after the headers; skips, and says so, where there are none.
#[track_caller]
fn assert_compiles(lines: &[String]) {
    compile(&lines.join("\n"), &["-fsyntax-only"]);
}

/// What a program says; `None`, and a line that says so, without the headers or a compiler.
#[track_caller]
fn output(program: &str) -> Option<String> {
    let name = format!("layout-{}", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    compile(program, &["-o", file.to_str().expect("a path in UTF-8")])?;
    let said = Command::new(&file).output().expect("runs");
    std::fs::remove_file(file).expect("it is ours");
    assert!(said.status.success(), "{said:?}");
    Some(String::from_utf8(said.stdout).expect("text"))
}

#[track_caller]
fn compile(source: &str, arguments: &[&str]) -> Option<()> {
    if !Path::new(FOLDER).exists() || Command::new("cc").arg("--version").output().is_err() {
        skip();
        return None;
    }
    let head = "#include <stddef.h>\n#include <stdint.h>\n#include <ffnvcodec/dynlink_cuda.h>\n\
                #include <ffnvcodec/nvEncodeAPI.h>\n";
    let mut cc = Command::new("cc")
        .args(["-Werror", "-x", "c", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a C compiler");
    let mut input = cc.stdin.take().expect("piped");
    input.write_all(format!("{head}{source}\n").as_bytes()).expect("it reads");
    drop(input);
    let compiled = cc.wait_with_output().expect("it ends");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    Some(())
}

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const MODEL: &str = "<mujoco><worldbody><geom size='1'/></worldbody></mujoco>";

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
        writer.write_all(contents).expect("writes");
    }
    writer.finish().expect("finishes").into_inner()
}

/// Replaces every `from` by `to`, which is as long.
fn patched(mut archive: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> = archive
        .windows(from.len())
        .enumerate()
        .filter(|(_, w)| *w == from)
        .map(|(i, _)| i)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        archive[place..place + to.len()].copy_from_slice(to);
    }
    archive
}

fn unpack(archive: Vec<u8>) -> Result<Bundle, Error> {
    Bundle::from_zip(archive.into(), None, &Limits::default())
}

fn of(files: &[(&str, &str)]) -> Result<Bundle, Error> {
    rooted(files, None)
}

fn rooted(files: &[(&str, &str)], root: Option<&str>) -> Result<Bundle, Error> {
    let files = files.iter().map(|(name, text)| (*name, Bytes::copy_from_slice(text.as_bytes())));
    Bundle::from_files(files, root, &Limits::default())
}

fn fault(files: &[(&str, &str)]) -> String {
    of(files).expect_err("is refused").to_string()
}

fn text_fault(text: &str) -> String {
    Bundle::of_text(text).expect_err("is refused").to_string()
}

#[test]
fn an_archive_becomes_a_bundle() {
    let bundle = unpack(zip_of(&[
        ("robot/scene.xml", MODEL.as_bytes()),
        ("robot/meshes/a.obj", b"v 0 0 0"),
        ("__MACOSX/robot/._scene.xml", b"noise"),
        ("robot/.DS_Store", b"noise"),
    ]));
    let bundle = bundle.expect("is fit");
    assert_eq!(bundle.root(), "robot/scene.xml");
    assert_eq!(bundle.text(), MODEL);
    let names: Vec<_> = bundle.files().map(|(name, _)| name).collect();
    assert_eq!(names, ["robot/meshes/a.obj", "robot/scene.xml"]);
}

#[test]
fn hostile_archives_are_refused_by_name() {
    let model = ("scene.xml", MODEL.as_bytes());
    let with = |name: &str| zip_of(&[model, (name, b"x")]);
    let mut linked = ZipWriter::new(Cursor::new(Vec::new()));
    linked.add_symlink("link.xml", "/etc/passwd", SimpleFileOptions::default()).expect("adds");
    let linked = linked.finish().expect("finishes").into_inner();
    let zeros = vec![0; 20 << 20];
    let deflated = zip_of(&[model, ("bomb.bin", &zeros)]);
    for (what, archive, wanted) in [
        ("up", with("../evil.xml"), "\"../evil.xml\" is refused: it has a '..'"),
        ("up within", with("a/../../evil.xml"), "it has a '..'"),
        ("absolute", with("/etc/evil"), "\"/etc/evil\" is refused: it is absolute"),
        ("drive", with("C:/evil"), "it has a ':'"),
        ("backslash", with("..\\evil"), "it has a backslash"),
        ("NUL", with("a\0b"), "it has a control character"),
        ("link", linked, "\"link.xml\" of the archive is refused: it is a link"),
        (
            "double",
            patched(zip_of(&[("aa.xml", b"1"), ("ab.xml", b"2")]), b"ab.xml", b"aa.xml"),
            "\"aa.xml\" and \"aa.xml\" have the same name",
        ),
        ("case", zip_of(&[model, ("Scene.XML", b"x")]), "\"Scene.XML\" have the same name"),
        ("accents", zip_of(&[model, ("\u{e9}", b"x"), ("e\u{301}", b"x")]), "the same name"),
        ("dots", zip_of(&[model, ("a/b", b"x"), ("./a//b", b"x")]), "\"./a//b\" have the same"),
        ("bomb", deflated, "\"bomb.bin\" of the archive is refused: it unpacks to far more"),
        ("noise", b"PK\x03\x04 nothing".to_vec(), "the archive cannot be read"),
        ("empty", Vec::new(), "the archive cannot be read"),
        ("nothing", zip_of(&[("readme.txt", b"x")]), "there is no model among the files"),
    ] {
        let error = unpack(archive).expect_err(what).to_string();
        assert!(error.contains(wanted), "{what}: {error}");
    }
}

#[test]
fn encrypted_and_oddly_packed_files_are_refused() {
    // Flags and method of the only entry, in the central record and in the local one.
    let archive = zip_of(&[("scene.xml", MODEL.as_bytes())]);
    let central = archive.windows(4).position(|w| w == b"PK\x01\x02").expect("a record");
    let (mut locked, mut odd) = (archive.clone(), archive);
    (locked[central + 8], locked[6]) = (locked[central + 8] | 1, locked[6] | 1);
    (odd[central + 10], odd[8]) = (99, 99);
    for archive in [locked, odd] {
        let error = unpack(archive).expect_err("is refused");
        assert!(error.to_string().contains("archive"), "{error}");
    }
}

#[test]
fn sizes_and_counts_are_bounded() {
    let limits = Limits { bytes: 1000 };
    let archive = zip_of(&[("scene.xml", MODEL.as_bytes()), ("a.bin", &[7; 2000])]);
    let error = Bundle::from_zip(archive.into(), None, &limits).expect_err("is refused");
    assert!(matches!(&error, Error::TooLarge { name, most: 1000 } if name == "a.bin"), "{error}");
    let files = (0..=MAX_FILES).map(|n| (format!("{n}.bin"), Bytes::new()));
    let error = Bundle::from_files(files, None, &limits).expect_err("is refused");
    assert!(matches!(error, Error::TooManyFiles { .. }), "{error}");
    let many: Vec<_> = (0..2 * MAX_FILES + 1).map(|n| format!("{n}/")).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in &many {
        writer.add_directory(name.as_str(), SimpleFileOptions::default()).expect("adds");
    }
    let archive = writer.finish().expect("finishes").into_inner();
    assert!(matches!(unpack(archive), Err(Error::TooManyFiles { .. })));
}

#[test]
fn the_root_is_found_as_a_viewer_does() {
    let part = "<mujocoinclude><worldbody/></mujocoinclude>";
    let includes = "<mujoco><include file='arm.xml'/></mujoco>";
    let root = |files: &[(&str, &str)]| of(files).expect("is fit").root().to_owned();
    assert_eq!(root(&[("b.xml", MODEL)]), "b.xml");
    assert_eq!(root(&[("a.xml", MODEL), ("scene.xml", MODEL)]), "scene.xml");
    assert_eq!(root(&[("a/b/scene.xml", MODEL), ("a/scene.xml", MODEL)]), "a/scene.xml");
    assert_eq!(root(&[("arm.xml", MODEL), ("world.xml", includes)]), "world.xml");
    assert_eq!(root(&[("arm.xml", MODEL), ("part.xml", part), ("x.txt", MODEL)]), "arm.xml");
    assert_eq!(root(&[("r.urdf", "<robot name='r'><link name='l'/></robot>")]), "r.urdf");
    let error = fault(&[("a.xml", MODEL), ("b/c.xml", MODEL)]);
    assert!(error.contains("a.xml, b/c.xml"), "{error}");
    let both = [("top/a.xml", MODEL), ("top/b.xml", MODEL)];
    for name in ["top/b.xml", "b.xml", "./b.xml"] {
        assert_eq!(rooted(&both, Some(name)).expect(name).root(), "top/b.xml");
    }
    for name in ["c.xml", "../a.xml", "/a.xml", ""] {
        assert!(rooted(&both, Some(name)).is_err(), "{name}");
    }
}

#[test]
fn references_are_followed_as_mujoco_follows_them() {
    let files = [
        (
            "xml/scene.xml",
            "<mujoco><compiler meshdir='../meshes' texturedir='../png'/>\
             <include file='inc/a.xml'/><asset><mesh file='x/a.obj'/><mesh file='y/a.obj'/>\
             <texture type='2d' file='t.png'/><model name='m' file='arm/arm.xml'/></asset></mujoco>",
        ),
        ("xml/inc/a.xml", "<mujocoinclude><include file='sub/b.xml'/></mujocoinclude>"),
        (
            "xml/inc/sub/b.xml",
            "<mujocoinclude><asset><mesh file='own.obj'/></asset></mujocoinclude>",
        ),
        (
            "xml/arm/arm.xml",
            "<mujoco><compiler assetdir='assets' strippath='true'/>\
             <asset><mesh file='far/away/hand.stl'/></asset></mujoco>",
        ),
        ("xml/arm/assets/hand.stl", ""),
        ("xml/inc/sub/own.obj", ""),
        ("meshes/x/a.obj", ""),
        ("meshes/y/a.obj", ""),
        ("png/t.png", ""),
    ];
    of(&files).expect("is fit");
    for missing in ["xml/arm/assets/hand.stl", "xml/inc/sub/own.obj", "meshes/y/a.obj", "png/t.png"]
    {
        let fewer: Vec<_> = files.into_iter().filter(|(name, _)| *name != missing).collect();
        let error = fault(&fewer);
        let name = missing.rsplit('/').next().expect("a name");
        assert!(error.contains(name) && error.contains("is missing"), "{error}");
        assert!(error.contains("line 1"), "{error}");
    }
}

#[test]
fn what_is_missing_is_named_with_its_line() {
    let text = "<mujoco>\n<asset>\n<mesh file='Hand.OBJ'/></asset></mujoco>";
    let error = fault(&[("scene.xml", text), ("meshes/hand.obj", "")]);
    assert_eq!(
        error,
        "scene.xml, line 3: element 'mesh': the file \"Hand.OBJ\" is missing; did you mean \
         \"meshes/hand.obj\"?"
    );
    for name in ["/etc/passwd", "../../etc/passwd", "C:\\a", "file:///etc/passwd", "\\\\host\\a"] {
        for element in ["mesh", "texture", "hfield", "skin", "model"] {
            let end = if element == "model" { ".xml" } else { "" };
            let text = format!("<mujoco><asset><{element} file='{name}{end}'/></asset></mujoco>");
            assert!(
                text_fault(&text).contains("outside of the model's folder"),
                "{name} {element}"
            );
        }
        let text =
            format!("<mujoco><compiler meshdir='{name}'/><asset><mesh file='a'/></asset></mujoco>");
        assert!(text_fault(&text).contains("outside"), "{name}");
        let text = format!("<mujoco><include file='{name}'/></mujoco>");
        assert!(text_fault(&text).contains("outside"), "{name}");
        let text = format!("<mujoco><asset><texture fileleft='{name}'/></asset></mujoco>");
        assert!(text_fault(&text).contains("outside"), "{name}");
        let text = format!("<mujoco><worldbody><flexcomp file='{name}'/></worldbody></mujoco>");
        assert!(text_fault(&text).contains("outside"), "{name}");
    }
}

#[test]
fn circles_are_refused() {
    let include = |name: &str| format!("<mujoco><include file='{name}'/></mujoco>");
    assert!(text_fault(&include("scene.xml")).contains("includes itself"));
    let error = fault(&[("scene.xml", &include("b.xml")), ("b.xml", &include("scene.xml"))]);
    assert!(error.contains("b.xml, line 1: element 'include'"), "{error}");
    let model = |name: &str| format!("<mujoco><asset><model file='{name}'/></asset></mujoco>");
    assert!(text_fault(&model("scene.xml")).contains("includes itself"));
    let error = fault(&[("scene.xml", &model("b.xml")), ("b.xml", &model("scene.xml"))]);
    assert!(error.contains("includes itself"), "{error}");
    // Eight models of eight of eight …
    let fan = |next: &str| {
        let models = format!("<model file='{next}'/>").repeat(8);
        format!("<mujoco><asset>{models}</asset></mujoco>")
    };
    let files: Vec<_> =
        (0..11).map(|n| (format!("m{n}.xml"), fan(&format!("m{}.xml", n + 1)))).collect();
    let mut files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    files.push(("m11.xml", MODEL));
    let error = rooted(&files, Some("m0.xml")).expect_err("is refused").to_string();
    assert!(error.contains("too often"), "{error}");
}

#[test]
fn urdfs_find_their_packages() {
    let urdf = |compiler: &str| {
        format!(
            "<robot name='r'><mujoco><compiler {compiler}/></mujoco><link name='l'><visual><geometry>\
             <mesh filename='package://arm/vis/v.dae'/></geometry></visual><collision><geometry>\
             <mesh filename='package://arm/meshes/a.obj'/></geometry></collision></link></robot>"
        )
    };
    let aliases = |name: &str, text: &str, mesh: &str| {
        let bundle = rooted(&[(name, text), (mesh, "")], Some(name)).expect("is fit");
        let aliases = bundle.aliases().map(|(asked, file)| (asked.to_owned(), file.to_owned()));
        aliases.collect::<Vec<_>>()
    };
    let asked = "package:/arm/meshes/a.obj".to_owned();
    for (name, mesh) in [
        ("arm/urdf/r.urdf", "arm/meshes/a.obj"),
        ("r.urdf", "meshes/a.obj"),
        ("x/r.urdf", "arm/meshes/a.obj"),
    ] {
        assert_eq!(aliases(name, &urdf(""), mesh), [(asked.clone(), mesh.to_owned())]);
    }
    let stripped = aliases("r.urdf", &urdf("strippath='true' meshdir='m'"), "arm/meshes/a.obj");
    assert_eq!(stripped, [("m/a.obj".to_owned(), "arm/meshes/a.obj".to_owned())]);
    let error = fault(&[("r.urdf", &urdf("discardvisual='false'")), ("meshes/a.obj", "")]);
    assert!(error.contains("arm/vis/v.dae"), "{error}");
    assert!(fault(&[("r.urdf", &urdf(""))]).contains("arm/meshes/a.obj"));
}

#[test]
fn hostile_text_is_refused_in_words_with_a_line() {
    let deep = format!("<mujoco>{}{}</mujoco>", "<body>".repeat(200), "</body>".repeat(200));
    let many = format!("<mujoco>{}</mujoco>", "<geom/>".repeat(MAX_ELEMENTS));
    let attributes: String = (0..300).map(|n| format!("a{n}='' ")).collect();
    let wide = format!("<mujoco><geom {attributes}/></mujoco>");
    for (text, wanted) in [
        ("<!DOCTYPE mujoco [<!ENTITY a 'b'>]><mujoco/>", "DOCTYPE"),
        ("<mujoco>\n<geom class='%s%n'/></mujoco>", "line 2: element 'geom': a class name"),
        ("<mujoco><body childclass='a%'/></mujoco>", "a class name"),
        ("<mujoco>\n\n<texture embed='False'/></mujoco>", "line 3: element 'texture': embed"),
        ("<mujoco><worldbody>", "not well-formed"),
        ("<mujoco>\n</worldbody></mujoco>", "line 2: the XML is not well-formed"),
        ("<sdf/>", "the root element is <sdf>"),
        ("  ", "empty"),
        ("<!-- nothing -->", "empty"),
        (&deep, "more than 128 deep"),
        (&many, "more than 20000 elements"),
        (&wide, "more than 256 attributes"),
    ] {
        let error = text_fault(text);
        assert!(error.contains(wanted) && error.contains("line "), "{error}");
    }
    let long = format!("<mujoco><!--{}--></mujoco>", "x".repeat(MAX_TEXT_BYTES));
    assert!(text_fault(&long).contains("more than 8388608 bytes"));
    let files = [("scene.xml", Bytes::from_static(b"<mujoco>\n\xff</mujoco>"))];
    let error = Bundle::from_files(files, Some("scene.xml"), &Limits::default());
    assert_eq!(
        error.expect_err("is refused").to_string(),
        "scene.xml, line 2: the file is not UTF-8"
    );
    Bundle::of_text(format!("\u{feff}{MODEL}")).expect("a byte order mark is fine");
    for preset in crate::library::presets() {
        Bundle::of_text(preset.xml).expect(preset.id);
    }
}

/// What looked at all parts for each of them would stop a runtime's thread for seconds.
#[test]
fn the_longest_text_takes_no_longer_than_its_length() {
    let took = |room: usize| longest_texts(room).map(|(what, text)| (what, judged_in_ms(text)));
    let parts = took(MAX_TEXT_BYTES / 4 - 100);
    let wholes = took(MAX_TEXT_BYTES - 100);
    for ((what, part), (_, whole)) in parts.into_iter().zip(wholes) {
        println!("{what}: {part} ms for a quarter, {whole} ms");
        // Four times as long by its length, sixteen times where each part looks at all others.
        assert!(whole < 10.0 * part + 50.0, "{what}: {part} ms for a quarter, {whole} ms");
    }
}

/// CPU of this thread, ms.
fn judged_in_ms(text: String) -> f64 {
    let now_ms = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
    };
    let begun = now_ms();
    let _ = Bundle::of_text(text);
    now_ms() - begun
}

fn longest_texts(room: usize) -> [(&'static str, String); 13] {
    let filled = |part: &str| part.repeat(room / part.len());
    let few = |part: &str| part.repeat((room / part.len()).min(MAX_ELEMENTS - 2));
    [
        ("comment", format!("<mujoco><!--{}--></mujoco>", filled("- x"))),
        ("comments", format!("<mujoco>{}</mujoco>", filled("<!--x-->"))),
        ("lines", format!("<mujoco>{}</mujoco>", filled("\n"))),
        ("attribute", format!("<mujoco a='{}'/>", filled("&lt;"))),
        ("attributes", format!("<mujoco {}/>", filled("a='' "))),
        ("ampersands", format!("<mujoco a='{}'/>", filled("&"))),
        (
            "elements",
            format!("<mujoco>{}</mujoco>", few(&format!("<mesh {}/>", "file='a' ".repeat(40)))),
        ),
        ("open", filled("<a>")),
        ("brackets", filled("<")),
        ("cdata", format!("<mujoco>{}</mujoco>", filled("<![CDATA[]]>"))),
        ("name", format!("<{}/>", filled("a"))),
        ("pi", format!("<mujoco>{}</mujoco>", filled("<?a ?>"))),
        (
            "includes",
            format!("<mujoco>{}</mujoco>", few("<include file='../a/../b/../scene.xml'/>")),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn archives_never_escape(
        names in proptest::collection::vec("[ab./\\\\:é]{1,12}", 0..6),
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names.iter().map(String::as_str).chain(["scene.xml"]) {
            if writer.start_file(name, SimpleFileOptions::default()).is_ok() {
                writer.write_all(MODEL.as_bytes()).expect("writes");
            }
        }
        let mut archive = writer.finish().expect("finishes").into_inner();
        for (place, byte) in noise {
            *place.get_mut(&mut archive) = byte;
        }
        if let Ok(bundle) = unpack(archive) {
            for (name, _) in bundle.files() {
                prop_assert!(!name.starts_with('/') && !name.contains(['\\', ':']), "{}", name);
                prop_assert!(!name.split('/').any(|part| matches!(part, "" | "." | "..")));
            }
            prop_assert!(bundle.files().any(|(name, _)| name == bundle.root()));
        }
    }

    #[test]
    fn noise_is_no_archive(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = unpack(bytes);
    }

    #[test]
    fn text_never_panics(text in "(<|>|/|a|=|'|&|;|!|-|\\[|\\]|\n| |mujoco|include|file|\\?){0,60}") {
        let _ = Bundle::of_text(text);
    }
}

#[test]
fn what_mujoco_reads_otherwise_is_refused() {
    let mesh = |attributes: &str| format!("<mujoco><asset><mesh {attributes}/></asset></mujoco>");
    for (what, text, wanted) in [
        ("vertical tab", mesh("name='a'\u{b}file='/x.obj'"), "a control character"),
        ("form feed", mesh("\u{c}file='/x.obj'"), "a control character"),
        ("NUL", format!("{MODEL}\0<"), "a control character"),
        ("entity beside", mesh("file='&foo;&#47;x.obj'"), "not well-formed"),
        ("entity NUL", mesh("file='x.obj&#0;'"), "not well-formed"),
        ("twice", mesh("file='x.obj' file='/x.obj'"), "not well-formed"),
        ("second root", format!("{MODEL}<compiler strippath='true'/>"), "more than one root"),
        ("model archive", "<mujoco><asset><model file='z.mjz'/></asset></mujoco>".into(), ".xml"),
        (
            "model type",
            "<mujoco><asset><model file='z.xml' content_type='application/zip'/></asset></mujoco>"
                .into(),
            "content_type",
        ),
        ("long name", mesh(&format!("file='{}'", "./".repeat(300))), "more than 400 bytes"),
        (
            "long folder",
            format!("<mujoco><compiler meshdir='{}'/></mujoco>", "./".repeat(1 << 20)),
            "more than 400 bytes",
        ),
    ] {
        let error = text_fault(&text);
        assert!(error.contains(wanted), "{what}: {error}");
    }
    let robot = "<robot><asset><mesh name='a' file='/x.obj'/></asset></robot>";
    let scene = "<mujoco><include file='i.xml'/></mujoco>";
    assert!(fault(&[("scene.xml", scene), ("i.xml", robot)]).contains("cannot be included"));
}

#[test]
fn the_last_compiler_counts_in_the_order_of_the_document() {
    let asset = "<asset><mesh name='a' file='a.obj'/></asset>";
    let include = "<include file='i.xml'/>";
    let [right, wrong] = ["right", "wrong"].map(|dir| format!("<compiler meshdir='{dir}'/>"));
    let of = |own: String| {
        let scene = format!("<mujoco>{own}{asset}</mujoco>");
        let included = format!("<mujoco>{wrong}</mujoco>");
        of(&[("scene.xml", &scene), ("i.xml", &included), ("right/a.obj", "")])
    };
    of(format!("{include}{right}")).expect("the own one is the last");
    of(format!("{right}{include}")).expect_err("the included one is the last");
    // In a URDF they count within <mujoco> only.
    let robot = |settings: &str| {
        format!(
            "<robot name='r'>{settings}<link name='l'><collision><geometry>\
             <mesh filename='d/a.obj'/></geometry></collision></link></robot>"
        )
    };
    let strip = "<compiler strippath='true'/>";
    let files = |text: String| {
        super::Bundle::from_files(
            [("r.urdf", text.into()), ("a.obj", Bytes::new())],
            None,
            &Limits::default(),
        )
    };
    files(robot(&format!("<mujoco>{strip}</mujoco>"))).expect("it is stripped");
    files(robot(strip)).expect_err("it is not");
}

#[test]
fn names_of_files_count_as_elements() {
    let texture = "<texture file='a' fileright='a' fileleft='a' fileup='a' filedown='a' \
        filefront='a' fileback='a'/>";
    let text = format!("<mujoco><asset>{}</asset></mujoco>", texture.repeat(MAX_ELEMENTS / 8));
    assert!(text_fault(&text).contains("elements and names of files"));
}

#[test]
fn what_was_kept_is_checked_again() {
    let files =
        |text: &'static str| [("scene.xml".to_owned(), Bytes::from_static(text.as_bytes()))];
    let kept = |text, aliases: &[(&str, &str)]| {
        let alias = |(asked, file): &(&str, &str)| ((*asked).to_owned(), (*file).to_owned());
        let aliases = aliases.iter().map(alias).collect();
        Bundle::kept("scene.xml".into(), files(text), &aliases, &Limits::default())
    };
    assert_eq!(kept(MODEL, &[]).expect("is fit"), Bundle::of_text(MODEL).expect("is fit"));
    let absolute = "<mujoco><include file='/etc/passwd'/></mujoco>";
    kept(absolute, &[]).expect_err("it lies outside");
    kept(absolute, &[("/etc/passwd", "other.xml")]).expect_err("there is no such file");
    kept("<mujoco><worldbody><geom class='%n'/></worldbody></mujoco>", &[]).expect_err("is unfit");
}

#[test]
fn another_text_keeps_the_files_and_may_not_want_others() {
    let meshed = "<mujoco><asset><mesh file='a.obj'/></asset></mujoco>";
    let bundle = of(&[("robot/scene.xml", meshed), ("robot/a.obj", "v 0 0 0")]).expect("is taken");
    let other = bundle.with_text(format!("<!-- -->{meshed}")).expect("is taken");
    assert_eq!((other.root(), other.files().len()), ("robot/scene.xml", 2));
    assert!(other.text().starts_with("<!--"));
    let error = bundle.with_text(meshed.replace("a.obj", "b.obj")).expect_err("wants more");
    assert!(error.to_string().contains("b.obj"), "{error}");
    bundle.with_text("<mujoco").expect_err("is no model");
}

use super::*;

fn limits(dir: &Path) -> Limits {
    let model = bundle::Limits::default();
    Limits { dir: Some(dir.join("scenes")), scenes: 3, versions: 3, bytes: 1 << 20, model }
}

fn named(name: &str) -> About {
    About { name: Some(name.into()), ..About::default() }
}

fn model(name: &str) -> Bundle {
    let text = format!(r#"<mujoco model="{name}"><asset><mesh file="m/a.obj"/></asset></mujoco>"#);
    let files =
        [("r/scene.xml", text.into()), ("r/m/a.obj", bytes::Bytes::from_static(b"v 0 0 0"))];
    Bundle::from_files(files, None, &bundle::Limits::default()).expect("a model")
}

fn content<'a>(bundle: &'a Bundle, note: &'a str) -> Content<'a> {
    Content { bundle, model_name: "m", note }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = names_in(dir).collect();
    names.sort();
    names
}

#[test]
fn scenes_come_back_version_by_version() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let one = store.save(named(" Mine "), &content(&model("one"), "first")).expect("saved");
    assert_eq!((one.name.as_str(), one.versions[0].number), ("Mine", 1));
    let two = store.add(&one.id, &content(&model("two"), "")).expect("saved");
    assert_eq!(two.versions.len(), 2);
    // Another daemon sees the same.
    let store = Store::open(limits(dir.path()));
    let opened = |number| store.open_version(&one.id, number).expect("opens").0;
    assert_eq!((opened(None), opened(Some(1))), (model("two"), model("one")));
    let three = store.restore(&one.id, 1).expect("restored");
    assert_eq!((three.versions[2].number, &*three.versions[2].note), (3, "as version 1"));
    let four = store.add(&one.id, &content(&model("four"), "")).expect("saved");
    let numbers: Vec<_> = four.versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, [2, 3, 4]);
    let place = dir.path().join("scenes").join(&one.id);
    assert_eq!(names(&place), ["2.zip", "3.zip", "4.zip", "scene.json"]);
    assert!(matches!(store.open_version(&one.id, Some(1)), Err(Error::NotFound(_))));
    let about = About { description: Some("two\nlines".into()), ..About::default() };
    let changed = store.change(&one.id, about).expect("changed");
    assert_eq!((changed.name.as_str(), changed.description.as_str()), ("Mine", "two\nlines"));
    store.remove(&one.id).expect("removed");
    assert!(matches!(store.get(&one.id), Err(Error::NotFound(_))));
    assert_eq!(names(&dir.path().join("scenes")), ["lock"]);
}

#[test]
fn absolute_names_of_files_are_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let text = r#"<mujoco><asset><mesh file="/far/a.obj"/></asset></mujoco>"#;
    let files = [("scene.xml", text), ("far/a.obj", "v")];
    let files =
        files.map(|(name, text)| (name.to_owned(), bytes::Bytes::from_static(text.as_bytes())));
    let aliases = [("/far/a.obj".to_owned(), "far/a.obj".to_owned())].into();
    let bundle = Bundle::kept("scene.xml".into(), files, &aliases, &bundle::Limits::default());
    let bundle = bundle.expect("a model");
    let saved = store.save(named("a"), &content(&bundle, "")).expect("saved");
    assert_eq!(store.open_version(&saved.id, None).expect("opens").0, bundle);
}

#[test]
fn limits_are_kept_and_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let scene = model("m");
    for name in ["a", "b", "c"] {
        store.save(named(name), &content(&scene, "")).expect("saved");
    }
    let full = store.save(named("d"), &content(&scene, "")).expect_err("full");
    assert!(full.to_string().contains("library.max_scenes"), "{full}");
    let small = Store::open(Limits { bytes: 100, ..limits(&dir.path().join("small")) });
    let full = small.save(named("a"), &content(&scene, "")).expect_err("full");
    assert!(matches!(&full, Error::Full(why) if why.contains("library.max_bytes")), "{full}");
    assert_eq!(names(&dir.path().join("small/scenes")), ["lock"]);
    let nowhere = Store::open(Limits { dir: None, ..limits(dir.path()) });
    assert!(matches!(nowhere.save(named("a"), &content(&scene, "")), Err(Error::Nowhere)));
    assert!(nowhere.all().is_empty());
}

#[test]
fn hostile_words_are_kept_as_words_or_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let (scene, long) = (model("m"), "x".repeat(129));
    for bad in ["", "  ", "a\nb", "a\0b", "\u{1b}[2J", &long] {
        let refused = store.save(named(bad), &content(&scene, ""));
        assert!(matches!(refused, Err(Error::Invalid(_))), "{bad:?}");
    }
    assert!(matches!(store.save(About::default(), &content(&scene, "")), Err(Error::Invalid(_))));
    for kept in ["../../etc/passwd", "<img src=x onerror=alert(1)>", "con.json"] {
        let saved = store.save(named(kept), &content(&scene, "")).expect("saved");
        assert_eq!(saved.name, kept);
    }
    assert!(!dir.path().join("etc").exists());
    for id in ["..", "../scenes", "new-x", "lock", ""] {
        assert!(matches!(store.get(id), Err(Error::NotFound(_))), "{id}");
        assert!(matches!(store.remove(id), Err(Error::NotFound(_))), "{id}");
    }
}

#[test]
fn a_damaged_file_is_named_and_blocks_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let bad = store.save(named("bad"), &content(&model("bad"), "")).expect("saved");
    let good = store.save(named("good"), &content(&model("good"), "")).expect("saved");
    let place = dir.path().join("scenes").join(&bad.id);
    let is_listed = || {
        let store = Store::open(limits(dir.path()));
        assert_eq!(store.open_version(&good.id, None).expect("opens").0, model("good"));
        let (_, found) = store.all().into_iter().find(|(id, _)| *id == bad.id).expect("listed");
        assert!(matches!(store.open_version(&bad.id, None), Err(Error::Broken(_))));
        found
    };
    for (file, parses) in [("1.zip", true), (INDEX, false)] {
        let whole = fs::read(place.join(file)).expect("reads");
        for length in 0..whole.len() {
            fs::write(place.join(file), &whole[..length]).expect("written");
            let found = is_listed();
            assert_eq!(found.is_ok(), parses, "{file} at {length}");
            let why = found.map(|index| index.versions[0].broken.clone());
            assert!(why.is_err() || why.is_ok_and(|why| why.is_some()));
        }
        // One byte that is another, at the same length.
        if parses {
            for at in (0..whole.len()).step_by(7) {
                let mut other = whole.clone();
                other[at] ^= 1;
                fs::write(place.join(file), other).expect("written");
                assert!(is_listed().is_ok());
            }
        }
        fs::write(place.join(file), whole).expect("written");
    }
    fs::remove_file(place.join(INDEX)).expect("removed");
    assert!(is_listed().expect_err("broken").contains("cannot be read"));
    store.remove(&bad.id).expect("removed");
    assert_eq!(store.all().len(), 1);
}

#[test]
fn what_a_crash_leaves_is_cleared_away() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let saved = store.save(named("a"), &content(&model("a"), "")).expect("saved");
    let scenes = dir.path().join("scenes");
    let place = scenes.join(&saved.id);
    // As a process leaves them that is killed while it saves, adds a version, or removes.
    for file in ["2.zip", "2.zip.partial", "scene.json.partial", "999.zip"] {
        fs::write(place.join(file), b"part").expect("written");
    }
    for folder in ["new-abc", "old-abc"] {
        fs::create_dir(scenes.join(folder)).expect("made");
        fs::write(scenes.join(folder).join("1.zip.partial"), b"part").expect("written");
    }
    assert_eq!(store.all().len(), 1);
    let store = Store::open(limits(dir.path()));
    assert_eq!(names(&place), ["1.zip", "scene.json"]);
    assert_eq!(names(&scenes).len(), 2, "{:?}", names(&scenes));
    let added = store.add(&saved.id, &content(&model("b"), "")).expect("saved");
    assert_eq!(store.open_version(&saved.id, Some(2)).expect("opens").0, model("b"));
    assert_eq!(added.versions.len(), 2);
}

#[test]
fn who_is_killed_while_saving_leaves_all_or_nothing() {
    // Every step of a save up to which it may have come, as its system calls leave the disk.
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(limits(dir.path()));
    let saved = store.save(named("a"), &content(&model("a"), "")).expect("saved");
    let place = dir.path().join("scenes").join(&saved.id);
    let before = fs::read(place.join(INDEX)).expect("reads");
    store.add(&saved.id, &content(&model("b"), "")).expect("saved");
    let after = fs::read(place.join(INDEX)).expect("reads");
    let archive = fs::read(place.join("2.zip")).expect("reads");
    let versions = |index: &[u8], zip: Option<usize>, partial: Option<usize>| {
        fs::write(place.join(INDEX), index).expect("written");
        let _ = fs::remove_file(place.join("2.zip"));
        if let Some(length) = zip {
            let name = if length == archive.len() { "2.zip" } else { "2.zip.partial" };
            fs::write(place.join(name), &archive[..length]).expect("written");
        }
        if let Some(length) = partial {
            fs::write(place.join("scene.json.partial"), &after[..length]).expect("written");
        }
        let store = Store::open(limits(dir.path()));
        let (newest, _) = store.open_version(&saved.id, None).expect("opens");
        let count = store.get(&saved.id).expect("reads").versions.len();
        assert_eq!(newest, model(if count == 2 { "b" } else { "a" }));
        assert!(!names(&place).iter().any(|name| name.ends_with(".partial")));
        count
    };
    for length in 0..=archive.len() {
        assert_eq!(versions(&before, Some(length), None), 1, "{length}");
    }
    for length in (0..=after.len()).step_by(5) {
        assert_eq!(versions(&before, Some(archive.len()), Some(length)), 1, "{length}");
    }
    assert_eq!(versions(&after, Some(archive.len()), None), 2);
}

#[test]
fn several_may_save_at_a_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let own = Limits { versions: 100, ..limits(dir.path()) };
    let first =
        Store::open(own.clone()).save(named("a"), &content(&model("a"), "")).expect("saved");
    std::thread::scope(|scope| {
        for n in 0..4 {
            let thread = std::thread::Builder::new().name(format!("saver {n}"));
            let save = || {
                let store = Store::open(own.clone());
                for _ in 0..5 {
                    store.add(&first.id, &content(&model("b"), "")).expect("saved");
                }
            };
            thread.spawn_scoped(scope, save).expect("a thread");
        }
    });
    let index = Store::open(own).get(&first.id).expect("reads");
    let numbers: Vec<_> = index.versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    assert!(index.versions.iter().all(|version| version.broken.is_none()));
}

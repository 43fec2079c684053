use std::os::unix::fs::symlink;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

const PANDA: &str = r#"<mujoco model="panda scene"><include file="panda.xml"/></mujoco>"#;

fn names(folders: &Folders) -> Vec<(String, String)> {
    let found = folders.found(true);
    found.models.iter().map(|model| (model.name.clone(), model.path.clone())).collect()
}

#[test]
fn models_are_found_with_their_titles_and_licences() {
    let dir = folder(&[
        ("LICENSE", "Apache License\n  Version 2.0"),
        ("franka_panda/scene.xml", PANDA),
        ("franka_panda/panda.xml", "<mujoco/>"),
        ("franka_panda/mjx_panda.xml", "<mujoco/>"),
        ("franka_panda/README.md", "\n# Franka Panda Description (MJCF)\n\nmore"),
        ("franka_panda/assets/link.obj", "v 0 0 0"),
        ("dog/dog.xml", "<mujoco/>"),
        ("dog/LICENSE.txt", "Permission is hereby granted,\n free of charge"),
        ("parts/only.xml", "<mujocoinclude/>"),
        ("broken/scene.xml", "<mujoco"),
        (".hidden/scene.xml", "<mujoco/>"),
        ("hand/urdf/hand.xml", "<robot name='h'/>"),
    ]);
    let folders = Folders::new(vec![dir.path().to_owned(), "/no/such/place".into()]);
    let found = folders.found(false);
    let told: Vec<_> = found
        .models
        .iter()
        .map(|m| (&*m.name, &*m.description, m.licence.as_deref().unwrap_or("none")))
        .collect();
    assert_eq!(
        told,
        [
            ("Dog", "dog/dog.xml", "MIT"),
            ("Franka Panda", "Franka Panda", "Apache-2.0"),
            ("Franka Panda · mjx_panda", "Franka Panda", "Apache-2.0"),
        ]
    );
    assert_eq!(found.folders[0].models, 3);
    assert!(found.folders[1].trouble.as_ref().is_some_and(|why| why.contains("cannot be read")));
    let again = Folders::new(vec![dir.path().to_owned()]).found(false);
    assert!(again.models.iter().eq(found.models.iter()), "ids are stable");
    let (bundle, _) = folders.open(&found.models[1].id, &bundle::Limits::default()).expect("opens");
    assert_eq!((bundle.root(), bundle.files().len()), ("scene.xml", 2));
}

#[test]
fn a_change_is_seen_and_nothing_else_is_read_again() {
    let dir = folder(&[("a/scene.xml", "<mujoco/>")]);
    let folders = Folders::new(vec![dir.path().to_owned()]);
    let first = folders.found(false);
    assert!(Arc::ptr_eq(&first, &folders.found(false)));
    let stale = |folders: &Folders| {
        folders.scanned.lock().expect("whole").at = Some(Instant::now() - 2 * FRESH);
    };
    stale(&folders);
    assert!(Arc::ptr_eq(&first, &folders.found(false)), "nothing has changed");
    fs::create_dir(dir.path().join("b")).expect("made");
    fs::write(dir.path().join("b/b.xml"), "<mujoco/>").expect("written");
    stale(&folders);
    assert_eq!(folders.found(false).models.len(), 2);
    let before = folders.found(false).models[0].fingerprint();
    fs::write(dir.path().join("a/scene.xml"), "<mujoco model='other'/>").expect("written");
    stale(&folders);
    assert_ne!(folders.found(false).models[0].fingerprint(), before);
    fs::remove_dir_all(dir.path().join("a")).expect("removed");
    assert_eq!(names(&folders), [("B".to_owned(), "b/b.xml".to_owned())]);
}

#[test]
fn links_lead_nowhere_and_hostile_folders_hold_nothing_up() {
    let outside = folder(&[("secret/scene.xml", "<mujoco/>"), ("secret/a.obj", "v")]);
    let dir = folder(&[
        ("a/scene.xml", r#"<mujoco><asset><mesh file="a.obj"/></asset></mujoco>"#),
        ("b/scene.xml", r#"<mujoco><include file="../../../etc/passwd"/></mujoco>"#),
        ("weird\nname/scene.xml", "<mujoco/>"),
        ("<img src=x onerror=alert(1)>/scene.xml", "<mujoco/>"),
    ]);
    let link = |name: &str, to: &Path| symlink(to, dir.path().join(name)).expect("linked");
    link("out", &outside.path().join("secret"));
    link("a/a.obj", &outside.path().join("secret/a.obj"));
    link("a/README.md", Path::new("/etc/hostname"));
    link("round", dir.path());
    let kind = rustix::fs::FileType::Fifo;
    let pipe = dir.path().join("a/pipe.xml");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, rustix::fs::Mode::RUSR, 0).expect("a pipe");
    let folders = Folders::new(vec![dir.path().to_owned()]);
    let found = names(&folders);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|(_, path)| !path.starts_with("out") && !path.starts_with("round")));
    for model in &folders.found(false).models {
        let opened = folders.open(&model.id, &bundle::Limits::default());
        assert_eq!(opened.is_ok(), model.path.starts_with('<'), "{}", model.path);
    }
    assert!(matches!(folders.get("x"), Err(Error::NotFound(_))));
}

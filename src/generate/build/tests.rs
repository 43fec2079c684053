//! What is built, as its text.

use super::super::{SceneSpec, offline};

/// The text of what is made of the words, one prompt after the other.
fn built(prompts: &[&str]) -> String {
    let spec = prompts.iter().fold(None, |present: Option<SceneSpec>, prompt| {
        let plan = offline(prompt, present.as_ref());
        Some(plan.unwrap_or_else(|refusal| panic!("{prompt}: {refusal}")).spec)
    });
    super::build(&spec.unwrap_or_default()).unwrap_or_else(|faults| panic!("{faults:?}")).xml
}

/// The first line that has this in it.
fn line<'x>(xml: &'x str, part: &str) -> &'x str {
    xml.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {xml}"))
}

#[test]
fn one_alone_is_turned_as_several_are() {
    for (prompts, name, degrees) in [
        (&["a box rotated 30 degrees"][..], "box", "30"),
        (&["a table", "turn it by 90 degrees"], "table", "90"),
        (&["a plank rotated by 90 degrees"], "plank", "90"),
        (&["two boxes rotated by 30 degrees"], "box_2", "30"),
    ] {
        let xml = built(prompts);
        let body = line(&xml, &format!("body name=\"{name}\""));
        assert!(body.contains(&format!("euler=\"0 0 {degrees}\"")), "{body}");
    }
}

#[test]
fn wheels_reach_the_speed_that_was_said() {
    let most = |prompt: &str| -> f64 {
        let xml = built(&[prompt]);
        let drive = line(&xml, "<velocity ").split("ctrlrange=\"-").nth(1).unwrap_or_default();
        drive.split(' ').next().and_then(|most| most.parse().ok()).expect("a range")
    };
    // On wheels of 20 cm.
    assert!(most("a car driving at 3 m/s") >= 100.0);
    assert!(most("a car driving at 20 m/s") >= 200.0);
}

#[test]
fn what_rolls_turns_as_fast_as_it_goes() {
    let key = |prompt: &str| line(&built(&[prompt]), "<key ").to_owned();
    assert!(key("a ball rolling at 1 m/s").contains("qvel=\"1 0 0 0 10 0\""));
    assert!(key("a cylinder rolling at 1 m/s").contains("qvel=\"1 0 0 0 12.5 0\""));
    assert!(key("a ball sliding at 1 m/s").contains("qvel=\"1 0 0 0 0 0\""));
}

#[test]
fn what_goes_along_on_a_slope_goes_along_the_slope() {
    let key = |prompt: &str| line(&built(&[prompt]), "<key ").to_owned();
    let down = key("a box sliding down a ramp of 30 degrees at 2 m/s");
    assert!(down.contains("qvel=\"1.732051 0 -1 0 0 0\""), "{down}");
    let up = key("a box on a ramp of 30 degrees pushed up at 2 m/s");
    assert!(up.contains("qvel=\"-1.732051 0 1 0 0 0\""), "{up}");
}

#[test]
fn what_bounces_begins_above_the_floor() {
    let xml = built(&["a bouncing ball"]);
    assert!(line(&xml, "body name=\"sphere\"").contains("pos=\"0 0 1.1\""));
}

#[test]
fn a_small_thing_alone_is_small() {
    for prompt in ["a small box", "a small red box", "a small wooden box"] {
        let xml = built(&[prompt]);
        assert!(line(&xml, "type=\"box\"").contains("size=\"0.06 0.06 0.06\""), "{prompt}");
    }
}

#[test]
fn what_is_dropped_takes_along_what_is_on_it() {
    let xml = built(&["a ball on a table", "drop the table"]);
    assert!(line(&xml, "body name=\"table\"").contains("pos=\"0 0 1\""));
    assert!(line(&xml, "body name=\"sphere\"").contains("pos=\"0 0 1.85\""));
}

#[test]
fn a_spring_is_as_stiff_as_before_with_another_load() {
    let stiff = |prompts: &[&str]| built(prompts).contains("stiffness=\"40\"");
    assert!(stiff(&["a spring"]));
    assert!(stiff(&["a spring", "make the mass 5 kg"]));
    assert!(!stiff(&["a spring with a mass of 5 kg"]));
}

#[test]
fn a_gripper_by_itself_holds_something() {
    let xml = built(&["a gripper holding a cube"]);
    // Its fingers touch the cube, which is 8 cm wide.
    assert!(line(&xml, "gripper_left_finger\"").contains("pos=\"-0.055 0 0.41\""));
    assert!(line(&xml, "body name=\"cube\"").contains("pos=\"0 0 0.245\""));
}

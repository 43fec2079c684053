//! Changes by what they mean: conversations in, plans out.

use super::super::super::{
    offline,
    spec::{SceneSpec, Thing},
};

fn after(conversation: &str) -> SceneSpec {
    conversation
        .split(" >> ")
        .fold(None, |present: Option<SceneSpec>, prompt| {
            let plan = offline(prompt, present.as_ref());
            Some(plan.unwrap_or_else(|refusal| panic!("{conversation}: {refusal}")).spec)
        })
        .expect("at least one prompt")
}

fn refused(conversation: &str) {
    let (before, last) = conversation.rsplit_once(" >> ").expect("two steps");
    assert!(offline(last, Some(&after(before))).is_err(), "{conversation}");
}

fn colours(conversation: &str) -> String {
    after(conversation)
        .things
        .iter()
        .flat_map(|thing| &thing.colours)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

fn only(conversation: &str) -> Thing {
    let spec = after(conversation);
    let [thing] = &*spec.things else { panic!("{conversation}: {spec:?}") };
    thing.clone()
}

#[test]
fn words_pick_some_of_what_is_there() {
    for (said, wanted) in [
        ("make the last one red", "blue blue blue red"),
        ("paint the first two white", "white white blue blue"),
        ("make every other one red", "red blue red blue"),
        ("all but the first one in white", "blue white white white"),
        ("make all of them red except the last", "red red red blue"),
        ("the two on the right should be black", "blue blue black black"),
        ("make the second to last one green", "blue blue green blue"),
        ("make the first and the last one black", "black blue blue black"),
        ("half of them should be green", "green green blue blue"),
        ("make one red", "red blue blue blue"),
    ] {
        assert_eq!(colours(&format!("four balls in a row >> {said}")), wanted, "{said}");
    }
    assert_eq!(
        colours("four balls in a row >> make the last one red >> the others white"),
        "white white white red"
    );
    assert_eq!(
        colours("stack of 3 cubes >> paint the second from the top white"),
        "blue white blue"
    );
    assert_eq!(
        colours("a 2x2 grid of spheres >> make the front row green"),
        "blue blue green green"
    );
    assert_eq!(
        colours("a red ball, a blue ball and a green ball >> remove all but the green one"),
        "green"
    );
    refused("four balls in a row >> all but the heaviest one in white");
}

#[test]
fn one_of_a_pattern_is_changed_by_itself() {
    let spec = after("six pillars in a ring >> make every second pillar shorter");
    let high = |thing: &Thing| thing.size.and_then(|size| size.z).is_some_and(|z| z < 1.0);
    assert_eq!(spec.things.iter().filter(|thing| high(thing)).count(), 3, "{spec:?}");
    assert!(super::super::super::build(&spec).is_ok());
    let spec = after("four crates >> make one of them red >> double its size");
    let wide = |thing: &Thing| thing.size.and_then(|size| size.x) == Some(1.0);
    assert_eq!(spec.things.iter().filter(|thing| wide(thing)).count(), 1, "{spec:?}");
}

#[test]
fn what_is_said_in_brief_is_meant_in_full() {
    assert_eq!(only("a cube >> orange please").colours, ["orange"]);
    assert_eq!(only("pendulum with two links >> three links pls").parts, Some(3));
    assert_eq!(only("a car >> six wheels").parts, Some(6));
    assert_eq!(only("a pendulum >> longer, 2 m").length, Some(2.0));
    assert_eq!(only("box hanging from a spring >> stiffer spring").stiffness, Some(80.0));
    assert_eq!(only("Newton's cradle with 5 balls >> I want 7 of them").parts, Some(7));
    assert_eq!(only("pile of 30 boxes >> only 10 of them").count, Some(10));
    assert_eq!(only("a ball >> I meant two balls").count, Some(2));
    let grid = only("grid of 3x3 spheres >> 5 by 5").arrangement.expect("a grid");
    assert_eq!((grid.columns, grid.rows), (Some(5), Some(5)));
    assert_eq!(only("a box >> hmm it's too heavy, 200 g").mass, Some(0.2));
    let ramp = after("a ball on a ramp >> steeper").things.remove(1);
    assert_eq!(ramp.tilt, Some(30.0));
}

#[test]
fn several_changes_are_done_in_turn() {
    assert_eq!(colours("a ball and a box >> make the ball red and the box blue"), "red blue");
    let spec = after(
        "a ball and a box >> make the ball red. lol ok now make the box 3 kg, and double the size of the ball please",
    );
    assert_eq!(spec.things[1].mass, Some(3.0));
    assert_eq!(spec.things[0].size.and_then(|size| size.x), Some(0.4));
    assert!(spec.things[1].size.is_none());
}

#[test]
fn things_are_compared_with_others() {
    let spec = after(
        "a big ball and a cube >> the cube should be as tall as the ball >> same colour as the ball",
    );
    assert_eq!(spec.things[1].size.and_then(|size| size.z), Some(0.32), "{spec:?}");
    let spec = after(
        "a red ball and a blue ball of 3 kg >> make the red one twice as heavy as the blue one",
    );
    assert_eq!(spec.things[0].mass, Some(6.0));
}

#[test]
fn machines_have_parts_that_change() {
    let pendulum = only("pendulum with two links >> make the last link twice as long");
    assert_eq!(pendulum.lengths, [0.5, 1.0]);
    assert_eq!(only("a door with a motor >> weaker motor please").strength, Some(5.0));
    assert!(only("a car >> make the wheels bigger").length.is_some());
}

#[test]
fn what_moves_is_told_anew() {
    let ball = only("a ball moving at 3 m/s >> reverse the direction");
    assert_eq!(ball.velocity.map(|v| v.x), Some(-3.0));
    assert!(only("a ball moving at 3 m/s >> make it stop").velocity.is_none());
    let box_ = only("a tall thin box >> tip it over");
    assert!(box_.spin.is_some_and(|spin| spin.y > 1.0), "{box_:?}");
    let spec = after("a pyramid of cubes >> throw a ball at the pyramid at 5 m/s");
    assert_eq!((spec.things.len(), spec.relations.len()), (2, 1));
}

#[test]
fn what_was_before_is_not_guessed() {
    refused("four balls >> put them back how they were");
    refused("a cube >> undo that, make it red");
    refused("three balls of wood, iron and rubber >> which bounces most? make that one red");
}

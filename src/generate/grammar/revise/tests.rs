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

#[test]
fn what_is_said_of_both_reaches_both() {
    let masses = |spec: &SceneSpec| spec.things.iter().filter_map(|t| t.mass).collect::<Vec<_>>();
    for said in ["both 2 kg", "each 2 kg", "2 kg each", "they weigh 2 kg", "make both 2 kg"] {
        let spec = after(&format!("a box and a ball >> {said}"));
        assert_eq!(masses(&spec), [2.0, 2.0], "{said}");
    }
    let spec = after("a box and a ball on a table >> increase their friction");
    assert_eq!(spec.things.iter().filter(|thing| thing.friction.is_some()).count(), 2);
    let spec = after("a box and a ball >> put them on a table");
    assert_eq!(spec.relations.len(), 2, "{spec:?}");
    let spec = after("a ball, a box and a cylinder >> stack them");
    let on: Vec<_> = spec.relations.iter().map(|own| (&*own.subject, &*own.reference)).collect();
    assert_eq!(on, [("cylinder", "box"), ("sphere", "cylinder")]);
    refused("a red ball and a blue box >> both should be 2 kg in total");
}

#[test]
fn a_bare_figure_takes_the_place_of_the_one_that_was_said() {
    assert_eq!(only("a 5 kg ball >> make it 8 kg").mass, Some(8.0));
    let wall = only("a wall 2 m high >> make it 3 m");
    assert_eq!(wall.size.map(|size| (size.x, size.z)), Some((None, Some(3.0))));
    assert_eq!(only("a ball dropped from 2 m >> make it 4 m").height, Some(4.0));
    assert_eq!(only("a pendulum at 30 degrees >> actually 45").angle, Some(45.0));
    let spec = after("a ball 1 m left of a box >> make it 2 m");
    assert_eq!(spec.relations[0].gap, Some(2.0));
    let thrown = only("a ball thrown at 5 m/s >> throw it at 90 degrees");
    assert!(thrown.velocity.is_some_and(|v| (v.z - 5.0).abs() < 1e-9), "{thrown:?}");
    // Two lengths: it is the size.
    let spec = after("a 20 cm cube 1 m left of a ball >> make the cube 30 cm");
    assert_eq!(spec.things[0].size.and_then(|size| size.x), Some(0.3));
}

#[test]
fn what_is_there_begins_no_scene_of_its_own() {
    let spec = after("a box and a ball >> the ball rolls at 2 m/s");
    assert_eq!(spec.things.len(), 2);
    let spec = after("a ball, a box and a cone >> the ball red, the box blue");
    assert_eq!(spec.things.len(), 3);
    assert_eq!(after("a ball on a table >> no table").things.len(), 1);
    assert_eq!(colours("a red ball and a blue ball >> the blue one can go"), "red");
    refused("a door >> with a spring");
    refused("a Newton's cradle >> steel balls");
}

#[test]
fn whom_a_change_is_about_is_told_where_it_was_not_said() {
    let told = |conversation: &str| {
        let (before, last) = conversation.rsplit_once(" >> ").expect("two steps");
        let plan = offline(last, Some(&after(before))).expect("a plan");
        plan.warnings.iter().any(|warning| warning.starts_with("of which thing"))
    };
    assert!(told("a red ball and a blue box >> bigger"));
    assert!(!told("a red ball and a blue box >> make the red one bigger"));
    assert!(!told("a red ball and a blue box >> make the box heavier >> and bigger"));
    assert!(!told("a ball on a table >> bigger"));
}

#[test]
fn one_more_is_by_itself() {
    let spec = after("a ball >> add another ball, 3 kg");
    assert_eq!(spec.things.iter().map(|thing| thing.mass).collect::<Vec<_>>(), [None, Some(3.0)]);
    assert_eq!(colours("a stack of 3 cubes >> one more >> paint it red"), "blue blue blue red");
    assert_eq!(colours("a stack of 3 cubes >> one more >> paint them red"), "red");
}

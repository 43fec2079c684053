use super::*;

fn planned(json: &str) -> Result<Plan, String> {
    let batch = serde_json::from_str(json).map_err(|error| error.to_string())?;
    plan(batch, Settings::PARITY)
}

#[test]
fn nothing_is_needed_for_a_picture_of_the_present_state() {
    let plan = planned("{}").expect("a plan");
    assert_eq!((plan.states.len(), plan.cameras.len()), (1, 1));
    assert_eq!(plan.states[0].from, From::Previous);
    assert_eq!(plan.modes, [Mode::Rgb]);
    assert!(!plan.settings.data && plan.settings.show == Show::Color);
}

#[test]
fn depth_and_ids_come_beside_colours_or_alone() {
    let both = planned(r#"{"modes": ["rgb", "depth"], "samples": 4}"#).expect("a plan");
    assert!(both.settings.data && both.settings.samples == 4);
    let alone = planned(r#"{"modes": ["segmentation"], "samples": 4}"#).expect("a plan");
    assert!(alone.settings.data && alone.settings.show == Show::Ids);
}

#[test]
fn what_is_too_much_is_refused_by_name() {
    let refused = |json: &str| planned(json).map(|_| ()).expect_err(json);
    let states = vec!["{}"; 2000].join(",");
    let refusal = refused(&format!(r#"{{"states": [{states}]}}"#));
    assert!(refusal.contains("bytes of pictures") && refusal.contains("1073741824"), "{refusal}");
    let cameras = vec![r#""free""#; 300].join(",");
    assert!(refused(&format!(r#"{{"cameras": [{cameras}]}}"#)).contains("1 to 256"));
    assert!(refused(r#"{"cameras": []}"#).contains("0 cameras"));
    assert!(refused(r#"{"modes": []}"#).contains("0 modes"));
    assert!(refused(r#"{"width": 0}"#).contains("8192"));
    assert!(refused(r#"{"states": [{"steps": 1000001}]}"#).contains("1000000"));
    assert!(refused(r#"{"modes": ["normals"]}"#).contains("segmentation"));
    assert!(refused(r#"{"colour": 1}"#).contains("cameras"));
    assert!(refused(r#"{"samples": 2}"#).contains("0 1 4"));
}

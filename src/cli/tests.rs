use clap::{CommandFactory as _, Parser as _};

use super::*;
use args::{Doctor, Health};

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

fn serve(line: &str) -> Serve {
    let cli = parsed(line).expect("parses");
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(serve) => serve,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn serving_is_the_default_and_takes_the_same_flags() {
    for line in ["mjcast --port 9000 --size 640x480", "mjcast serve --port 9000 --size 640x480"] {
        let flags = serve(line).sources().flags;
        let set: Vec<_> = flags.iter().map(|flag| (flag.path, flag.value.as_str())).collect();
        let wanted =
            [("server.port", "9000"), ("video.frame_width", "640"), ("video.frame_height", "480")];
        assert_eq!(set, wanted, "{line}");
    }
}

#[test]
fn every_flag_sets_a_key_that_exists() {
    let line = "mjcast serve --host ::1 --port 1 --allow-unauthenticated --size 64x64 \
        --frame-rate 5 --profile fast --gpu 0 --require-gpu --log-level warn --log-format json";
    let sources = Sources { variables: Vec::new(), ..serve(line).sources() };
    assert_eq!(sources.flags.len(), 11);
    let config = sources.load().expect("valid");
    assert_eq!(config.server.address().to_string(), "[::1]:1");
    assert_eq!(config.video.profile, crate::config::Profile::Fast);
    assert!(config.video.require_gpu);
}

#[test]
fn bad_usage_is_refused() {
    for line in [
        "mjcast --port 70000",
        "mjcast --size 640",
        "mjcast --nonsense",
        "mjcast render arm.xml",
        "mjcast render arm.xml --out a.png --samples 3",
        "mjcast config",
        "mjcast completions tcsh9",
    ] {
        assert!(parsed(line).is_err(), "{line}");
    }
}

#[test]
fn the_other_commands_parse() {
    let command = |line| parsed(line).expect("parses").command.expect("has one");
    assert!(matches!(
        command("mjcast render arm.xml --camera side --out a.png --steps 100 --samples 4"),
        Command::Render(Render { steps: 100, samples: Some(4), .. })
    ));
    assert!(matches!(
        command("mjcast doctor --json --require-gpu"),
        Command::Doctor(Doctor { json: true, require_gpu: true, .. })
    ));
    assert!(matches!(
        command("mjcast health --url http://127.0.0.1:1"),
        Command::Health(Health { url: Some(_), .. })
    ));
    assert!(matches!(
        command("mjcast config check"),
        Command::Config { act: ConfigAct::Check, .. }
    ));
    assert!(matches!(command("mjcast worker"), Command::Worker));
}

#[test]
fn help_names_the_variables_and_exit_codes() {
    let help = Cli::command().render_long_help().to_string();
    for wanted in ["MJCAST_<SECTION>__<KEY>", "FRAME_RATE", "Exit codes", "Examples"] {
        assert!(help.contains(wanted), "{wanted}");
    }
    assert!(!help.contains("worker  "), "the worker is not for people");
}

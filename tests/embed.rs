//! A daemon within another program: this one.

use mjcast::{
    Daemon,
    control::{Command, PhysicsCommand},
    session::Source,
    units::Size,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_starts_loads_steps_and_takes_a_picture() {
    let program = env!("CARGO_BIN_EXE_mjcast");
    let daemon = Daemon::builder().set("server.port", 0).worker_program(program);
    let daemon = daemon.start().await.expect("starts");
    assert_ne!(daemon.address().port(), 0);
    tokio::net::TcpStream::connect(daemon.address()).await.expect("it serves");

    let session = daemon.session();
    session.load(Source::Preset("cart-pole".into())).await.expect("loads");
    session.act(Command::Stop).await.expect("stops");
    let step = Command::Physics(PhysicsCommand::Step(100));
    let stepped = session.act(step).await.expect("steps");
    assert_eq!(stepped.steps, 100);
    let size = Size::new(320, 240).expect("in range");
    let png = daemon.picture(&session, "free", size).await.expect("draws");
    let picture = png::Decoder::new(std::io::Cursor::new(&png)).read_info().expect("a PNG");
    assert_eq!((picture.info().width, picture.info().height), (320, 240));
    assert!(daemon.picture(&session, "back", size).await.is_err(), "there is no such camera");

    let address = daemon.address();
    daemon.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it has ended");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let unknown = Daemon::builder().set("server.prot", 1).start().await;
    let said = unknown.expect_err("there is no such key").to_string().to_lowercase();
    assert!(said.contains("prot"), "{said}");
}

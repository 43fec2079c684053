//! Tools by the names that clients of older servers know; each does what one of the others does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Call, Effect, Outcome, Reply, Tool,
    sessions::{self, Closed, Creation},
    simulation::{self, stepped},
    tool,
};
use crate::{
    control::{Command, PhysicsCommand},
    http::{
        Problem,
        reply::{Moment, NamedState},
    },
};

pub(super) fn all() -> Vec<Tool> {
    vec![
        tool(
            [
                "create_scene",
                "Create a scene (older name)",
                "session_create by its older name, for the scenes pendulum, double_pendulum, \
                 cart_pole and arm. Its model_id is the session_id of other tools.",
            ],
            Effect::Adds,
            create,
        ),
        tool(
            [
                "step_simulation",
                "Step (older name)",
                "sim_step by its older name: takes steps, after which time stands.",
            ],
            Effect::Changes,
            step,
        ),
        tool(
            [
                "get_state",
                "Read the state (older name)",
                "The whole state of a simulation by names; sim_state_get reads a part of it.",
            ],
            Effect::Reads,
            state,
        ),
        tool(
            [
                "reset_simulation",
                "Reset (older name)",
                "Puts a simulation back to its initial state.",
            ],
            Effect::Sets,
            reset,
        ),
        tool(
            [
                "close_viewer",
                "End a session (older name)",
                "session_close by its older name: ends a simulation for everybody who watches it.",
            ],
            Effect::Destroys,
            close,
        ),
    ]
}

/// A scene to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Scene {
    /// Which scene.
    scene_type: Kind,
    /// A model of MuJoCo Menagerie: not taken here.
    #[schema(nullable = false)]
    menagerie_model: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Pendulum,
    DoublePendulum,
    CartPole,
    Arm,
}

impl Kind {
    fn preset(self) -> &'static str {
        match self {
            Self::Pendulum => "pendulum",
            Self::DoublePendulum => "double-pendulum",
            Self::CartPole => "cart-pole",
            Self::Arm => "robot-arm",
        }
    }
}

/// A scene that was made.
#[derive(Debug, Serialize, ToSchema)]
struct Created {
    /// What the tools of older names take.
    model_id: String,
    /// The same, as the other tools take it.
    session_id: String,
    /// Where people watch and steer it.
    viewer_url: String,
}

async fn create(call: Call, wanted: Scene) -> Outcome<Reply<Created>> {
    if wanted.menagerie_model.is_some() {
        return Err(Problem::bad_request(
            "models of Menagerie have files beside their text: send the folder or an archive of it \
             to PUT /api/sessions/{id}/scene over HTTP",
        ));
    }
    let preset = Some(wanted.scene_type.preset().to_owned());
    let made = sessions::made(&call, Creation { preset, ..Creation::default() }).await?;
    let sessions::Made { session_id, viewer_url, .. } = made;
    Ok(Created { model_id: session_id.clone(), session_id, viewer_url }.into())
}

/// A session by its older name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Model {
    /// Id of a session.
    model_id: String,
}

/// Steps of a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Steps {
    /// Id of a session.
    model_id: String,
    /// How many steps, 1 to 100 000.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100_000, default = 1)]
    steps: u32,
}

fn one() -> u32 {
    1
}

async fn step(call: Call, Steps { model_id, steps }: Steps) -> Outcome<Reply<Moment>> {
    let steps = simulation::bounded(steps.into())?;
    let session = call.acting(&model_id).await?;
    Ok(stepped(&call, &session, steps).await?.into())
}

async fn state(call: Call, Model { model_id }: Model) -> Outcome<Reply<NamedState>> {
    Ok(call.desk().state(&call.session(&model_id)?).await?.into())
}

async fn reset(call: Call, Model { model_id }: Model) -> Outcome<Reply<Moment>> {
    let session = call.acting(&model_id).await?;
    let snapshot = session.act(Command::Physics(PhysicsCommand::Reset)).await?;
    Ok(Moment::from(&*snapshot).into())
}

async fn close(call: Call, Model { model_id }: Model) -> Outcome<Reply<Closed>> {
    Ok(sessions::closed(&call, model_id).await?.into())
}

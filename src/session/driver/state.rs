//! What viewers are told of the simulation many times a second.

use super::{Driver, MAX_STATE};
use crate::{
    peer::wire::{
        CameraState, CursorState, FrameState, HistoryState, LatencyState, SelectionState,
        ServerMessage, State,
    },
    scene::mechanics::Mechanics,
    session::{Notice, views::Watched},
    stream::Moment,
    units::ViewerId,
};

impl Driver {
    /// The message for all who watch `watched`.
    pub(super) fn state_message(
        &self,
        moment: &Moment,
        watched: &Watched,
        viewers: usize,
    ) -> ServerMessage {
        let snapshot = &moment.snapshot;
        let figures = watched.view.figures();
        let size = watched.look.size;
        let cursor = |id| {
            let [x, y] = self.seats.get(id)?.seat.cursor()?;
            Some(CursorState { viewer_id: id.to_string(), x, y })
        };
        let some = |values: &[f64]| values[..values.len().min(MAX_STATE)].to_vec();
        ServerMessage::State(Box::new(State {
            time: snapshot.time,
            step_count: snapshot.steps,
            tick: snapshot.tick,
            paused: snapshot.paused,
            speed: snapshot.speed.is_finite().then_some(snapshot.speed),
            rtf: snapshot.real_time_factor,
            viewers,
            camera: CameraState::new(&watched.camera, &moment.assets),
            cameras: moment.assets.cameras.iter().map(|camera| camera.name.clone()).collect(),
            selected: selection(moment),
            history: self.timeline.range().map(|range| HistoryState {
                first: range.first.tick,
                last: range.last.tick,
                cursor: range.cursor,
            }),
            contacts: snapshot.contact_count,
            constraints: snapshot.effort.constraints,
            iterations: snapshot.effort.iterations,
            energy: snapshot.effort.energy,
            qpos: some(&snapshot.qpos),
            ctrl: some(&snapshot.ctrl),
            sensors: some(&snapshot.sensors),
            cursors: watched.viewers.iter().filter_map(cursor).collect(),
            frame: FrameState {
                id: figures.last_frame,
                rtp: figures.last_rtp,
                size: [size.width(), size.height()],
                encoder: figures.encoder.map(|encoder| encoder.name),
            },
            latency: LatencyState {
                render_ms: figures.summary.render_ms,
                encode_ms: figures.summary.encode_ms,
            },
        }))
    }

    /// Tells all viewers when the simulation is computed in another way than before.
    pub(super) fn tell_options(&mut self, options: &Mechanics) {
        if self.told.as_ref() != Some(options) {
            self.told = Some(*options);
            self.notify_all(&Notice::Options(Box::new(*options)));
        }
    }

    /// Tells a viewer, or all, what is shown and how their pictures are drawn.
    pub(super) fn tell_flags(&mut self, only: Option<ViewerId>) {
        let default = self.shared.settings.render;
        for (_, seated) in self.seats.iter().filter(|(id, _)| only.is_none_or(|only| only == **id))
        {
            let shown = (self.options.clone(), seated.seat.render_settings(default));
            // One that does not read is let go at the next notice to all.
            let _ = seated.notify.try_send(Notice::Flags(Box::new(shown)));
        }
    }
}

fn selection(moment: &Moment) -> Option<SelectionState> {
    let perturb = &moment.snapshot.perturb;
    let body = perturb.body()?;
    let name = moment.assets.model.bodies.get(body as usize)?;
    Some(SelectionState { body, name: name.clone(), held: perturb.is_active() })
}

//! Doors in their frames, of one leaf or of two.

use super::super::spec::{Actuator, Hinges};
use super::{
    assembly::{Assembly, block},
    element::{Element, numbers},
    mechanism::{Parts, ball, body, joint},
    solid::extents,
};

impl Parts<'_> {
    /// A door that opens away by 90 degrees, or by the angle in the plan, and stands as far open as
    /// that says.
    pub(super) fn door(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let (post, gap) = (0.06, 0.005);
        let mut assembly = Assembly::of_extents([x + 2.0 * post, 2.0 * x, z + post]);
        let h = x / 2.0 + gap;
        let frame = vec![
            block(&self.frame, [-h - post, -y, 0.0], [-h, y, z + gap]),
            block(&self.frame, [h, -y, 0.0], [h + post, y, z + gap]),
            block(&self.frame, [-h - post, -y, z + gap], [h + post, y, z + gap + post]),
        ];
        assembly.fixed(self.name, frame);
        match self.thing.hinges.unwrap_or(Hinges::Left) {
            Hinges::Left => self.leaf(&mut assembly, "", -1.0, x),
            Hinges::Right => self.leaf(&mut assembly, "", 1.0, x),
            Hinges::Both => {
                self.leaf(&mut assembly, "left_", -1.0, x / 2.0 - 0.004);
                self.leaf(&mut assembly, "right_", 1.0, x / 2.0 - 0.004);
            }
        }
        assembly
    }

    /// A leaf on its hinge, left of it or right of it, `wide` m.
    fn leaf(&self, assembly: &mut Assembly, which: &str, side: f64, wide: f64) {
        let [x, y, z] = extents(self.thing);
        let open = self.thing.open.unwrap_or(0.0);
        let most = self.thing.angle.map_or(90.0, f64::abs).max(open).clamp(5.0, 175.0);
        // Below zero: to both sides.
        let least = if self.thing.angle.is_some_and(|angle| angle < 0.0) { -most } else { 0.0 };
        let named = |part: &str| self.named(&format!("{which}{part}"));
        let hinge = self
            .damped(joint("hinge", named("hinge"), [0.0, 0.0, -side]), 0.3)
            .numbers("range", &[least, most]);
        let hinge = if open > 0.0 { hinge.numbers("ref", &[open]) } else { hinge };
        // From the hinge inwards.
        let (near, far) = (-side * 0.01, -side * wide);
        let leaf = block(&self.looks, [near, -y / 2.0, 0.01], [far, y / 2.0, z])
            .set("mass", numbers(&[self.thing.mass.unwrap_or(15.0)]));
        let knob = |front: f64| {
            ball(&self.frame, 0.03, [far * 0.9, front * (y / 2.0 + 0.03), z * 0.5])
                .set("mass", "0.1")
        };
        // Nothing but what runs into it moves it: it hangs straight.
        let content = vec![hinge, leaf, knob(-1.0), knob(1.0)];
        let mut leaf = body(named("leaf"), [side * x / 2.0, 0.0, 0.0], content);
        if open > 0.0 {
            leaf.put("euler", numbers(&[0.0, 0.0, -side * open]));
        }
        assembly.bodies[0]
            .content
            .push(leaf.comment(format!("opens by {} degrees", numbers(&[most]))));
        assembly
            .excludes
            .push(Element::new("exclude").set("body1", self.name).set("body2", named("leaf")));
        self.drive(
            assembly,
            Actuator::None,
            &named("motor"),
            &named("hinge"),
            10.0,
            [least.to_radians(), most.to_radians()],
        );
    }
}

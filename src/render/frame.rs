//! What one picture consists of, in drawing order.

use std::ops::Range;

use glam::{Mat3, Mat4, Vec3};

use super::{
    Profile, SceneResources, Settings, Show,
    behind::{LightView, Region},
    bounds::{bounding_radius, is_of_model, is_outside, z_axis},
    flat,
    geometry::{Geometry, Vertex},
    instance::{self, Instance, Mapping, Part},
    lines::{self, Segment},
    overlay::{self, Stamp},
    pipeline::{Blend, Cull, Kind, Part as LightPart, Style},
    plane::{self, Sight},
    shapes::Shapes,
};
use crate::scene::{Assets, Geom, GeomKind, Snapshot, camera::Eye};

/// Below this opacity a geom is transparent.
const OPAQUE: f32 = 0.995;
/// What is left of a plane's opacity seen from behind.
const BEHIND: f32 = 0.3;
/// `mjCAT_DECOR`.
const DECORATION: i32 = 4;

/// Instances of one shape drawn with one pipeline and texture.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub style: Style,
    pub texture: Option<usize>,
    /// In [`SceneResources::ranges`], or past their end in [`Frame::geometry`].
    pub shape: u32,
    /// In [`Frame::instances`], or [`Frame::segments`] where these are lines.
    pub instances: Range<u32>,
}

/// A mirror and what is seen in it.
#[derive(Debug)]
pub(super) struct Mirror {
    pub point: Vec3,
    pub normal: Vec3,
    pub reflectance: f32,
}

/// One picture; kept from picture to picture for its allocations.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub instances: Vec<Instance>,
    /// Shapes of this picture only.
    pub geometry: Geometry,
    /// Lines.
    pub segments: Vec<Segment>,
    /// Text and a border, over everything.
    pub stamps: Vec<Stamp>,
    pub casters: Vec<Batch>,
    /// Planes cast as well, by light: of their grids, what the light reaches.
    pub plane_casters: Vec<Vec<(Batch, Region)>>,
    pub mirror: Option<Mirror>,
    /// The mark of the mirror, then the image in it.
    pub image: Vec<Batch>,
    pub opaque: Vec<Batch>,
    /// The shape that carries the sky, where there is one.
    pub sky: Option<u32>,
    pub haze: Option<Batch>,
    pub transparent: Vec<Batch>,
    /// Everything in flat colours, for a picture of segments.
    pub segmented: Flat,
    /// Everything in colours that are its numbers, for the data beside a picture.
    pub numbered: Flat,
    items: Vec<Item>,
    drawn: Vec<Drawn>,
    order: Vec<u32>,
}

/// Things in one colour each, in MuJoCo's order.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    pub batches: Vec<Batch>,
    /// In [`Frame::segments`].
    pub segments: Range<u32>,
}

/// A shape to be drawn.
#[derive(Clone, Copy, Debug)]
struct Item {
    shape: u32,
    kind: Kind,
    mapping: Mapping,
    texture: Option<usize>,
    instance: Instance,
}

/// A geom to be drawn.
#[derive(Clone, Debug)]
struct Drawn {
    items: Range<usize>,
    /// In [`Frame::segments`].
    lines: Range<u32>,
    cull: Cull,
    transparent: bool,
    casts: bool,
    plane: bool,
    reflects: bool,
    visible: bool,
    /// `mjvGeom.segid`.
    segment: i32,
    /// To the eye, less its radius, m.
    distance: f32,
}

/// What a frame is made from.
pub(super) struct Source<'a> {
    pub scene: &'a SceneResources,
    pub assets: &'a Assets,
    pub snapshot: &'a Snapshot,
    pub settings: &'a Settings,
    pub eye: &'a Eye,
    pub clip_from_world: Mat4,
    /// The picture's size, px.
    pub viewport: [f32; 2],
    /// Clip space of each light with a shadow map.
    pub lights: &'a [[[f32; 4]; 4]],
    /// The side of shadow maps, px.
    pub shadow_side: u32,
}

impl Source<'_> {
    /// Where a geom is drawn: infinite planes follow the eye.
    fn position(&self, geom: &Geom) -> [f32; 3] {
        match geom.shape() {
            Some(GeomKind::Plane) => {
                plane::position(geom, self.eye.position.into(), &self.assets.visual)
            }
            _ => geom.position,
        }
    }

    /// The built-in shapes in the detail that the profile draws them with.
    pub fn shapes(&self) -> &Shapes {
        match self.settings.profile {
            Profile::Parity => &self.scene.shapes,
            Profile::Fast => &self.scene.coarse_shapes,
        }
    }
}

impl Frame {
    /// Lists what is drawn of the source's snapshot.
    pub fn build(&mut self, source: &Source<'_>) {
        self.clear();
        self.geometry.wireframe = source.settings.wireframe;
        for geom in &source.snapshot.geoms {
            self.resolve(geom, source);
        }
        if !source.lights.is_empty() {
            self.list_casters();
            self.list_plane_casters(source);
        }
        self.list_image(source);
        self.list_opaque();
        if self.wireframe() && !source.lights.is_empty() {
            self.part_light();
        }
        self.list_transparent(false, None, source.settings.additive);
        self.list_sky(source);
        match source.settings.show {
            Show::Segments => self.segmented = self.list_flat(source, flat::random_color),
            Show::Ids => self.segmented = self.list_flat(source, flat::number_color),
            Show::Color => self.list_stamps(source),
            Show::Depth => {}
        }
        if source.settings.data {
            self.numbered = self.list_flat(source, flat::number_color);
        }
    }

    /// Whether only edges are drawn of surfaces in their colours.
    pub fn wireframe(&self) -> bool {
        self.geometry.wireframe
    }

    fn clear(&mut self) {
        self.instances.clear();
        self.geometry.clear();
        self.segments.clear();
        self.stamps.clear();
        self.items.clear();
        self.drawn.clear();
        for list in [&mut self.casters, &mut self.image, &mut self.opaque, &mut self.transparent] {
            list.clear();
        }
        self.plane_casters.clear();
        self.segmented = Flat::default();
        self.numbered = Flat::default();
        self.mirror = None;
        self.haze = None;
        self.sky = None;
    }

    /// Appends the shapes of a geom.
    fn resolve(&mut self, geom: &Geom, source: &Source<'_>) {
        let mut geom = *geom;
        let Some(kind) = geom.shape() else {
            return;
        };
        let eye = Vec3::from(source.eye.position);
        let is_plane = kind == GeomKind::Plane;
        geom.position = source.position(&geom);
        let behind = is_plane && (eye - Vec3::from(geom.position)).dot(z_axis(&geom)) < 0.0;
        let transparent = geom.rgba[3] < OPAQUE || behind;
        if behind {
            geom.rgba[3] *= BEHIND;
        }
        let first = (self.items.len(), self.segments.len() as u32);
        self.add_items(&geom, kind, source);
        self.drawn.push(Drawn {
            items: first.0..self.items.len(),
            lines: first.1..self.segments.len() as u32,
            cull: match kind {
                _ if !source.settings.cull_faces => Cull::Nothing,
                GeomKind::Plane if behind => Cull::Front,
                GeomKind::Triangle => Cull::Nothing,
                _ => Cull::Back,
            },
            transparent,
            casts: geom.category != DECORATION && !(is_plane && is_of_model(&geom)),
            plane: is_plane,
            reflects: !transparent
                && geom.reflectance > 0.0
                && matches!(kind, GeomKind::Plane | GeomKind::Box),
            visible: !is_outside(&geom, source.clip_from_world),
            segment: geom.segment,
            distance: if is_plane {
                1e10
            } else {
                eye.distance(geom.position.into()) - bounding_radius(&geom)
            },
        });
        if self.mirror.is_none() && self.drawn.last().is_some_and(|d| d.reflects) {
            self.mirror = Some(mirror_of(&geom, kind));
        } else if let Some(last) = self.drawn.last_mut() {
            last.reflects = false;
        }
    }

    /// Appends the items of a geom.
    fn add_items(&mut self, geom: &Geom, kind: GeomKind, source: &Source<'_>) {
        let scene = source.scene;
        match kind {
            GeomKind::Plane if is_of_model(geom) => self.add_plane(geom, source),
            GeomKind::Plane => {
                let size = Vec3::new(geom.size[0], geom.size[1], 1.0);
                self.add_part(geom, &Part::new(source.shapes().plane, size), source);
            }
            GeomKind::Mesh | GeomKind::Sdf if geom.data_id >= 0 => {
                let shape = scene.first_mesh + geom.data_id as u32;
                self.add_part(geom, &Part::new(shape, Vec3::ONE), source);
            }
            GeomKind::HeightField if geom.data_id >= 0 => {
                let shape = scene.first_height_field + geom.data_id as u32;
                self.add_part(geom, &Part::new(shape, Vec3::ONE), source);
            }
            GeomKind::Flex => self.add_flex(geom, source),
            GeomKind::Skin => self.add_skin(geom, source),
            GeomKind::Line | GeomKind::LineBox => {
                lines::append(geom, source.assets.visual.line_width, &mut self.segments);
            }
            _ => {
                for part in instance::parts(geom, source.shapes()) {
                    self.add_part(geom, &part, source);
                }
            }
        }
    }

    fn add_part(&mut self, geom: &Geom, part: &Part, source: &Source<'_>) {
        let (texture, mapping, numbers) = source.scene.look_up(geom);
        self.items.push(Item {
            shape: part.shape,
            kind: Kind::Surface,
            mapping,
            texture,
            instance: Instance::new(geom, part, numbers),
        });
    }

    fn add_plane(&mut self, geom: &Geom, source: &Source<'_>) {
        let world_from_plane = world_from_plane(geom);
        let eye = world_from_plane.inverse().transform_point3(source.eye.position.into());
        let sight = Sight {
            clip_from_plane: source.clip_from_world * world_from_plane,
            thin_about: (source.settings.profile == Profile::Fast).then_some(eye),
        };
        let visual = &source.assets.visual;
        let shape = self.geometry.add(|b| plane::visible_grid(b, geom, visual, &sight));
        let shape = source.scene.ranges.len() as u32 + shape;
        self.add_part(geom, &Part::new(shape, Vec3::ONE), source);
    }

    /// A flex's vertices, edges and faces, whichever the snapshot shows.
    fn add_flex(&mut self, geom: &Geom, source: &Source<'_>) {
        let scene = source.scene;
        let Some(flex) =
            usize::try_from(geom.object_id).ok().and_then(|id| source.snapshot.flexes.get(id))
        else {
            return;
        };
        let plain = Geom { texture: -1, ..*geom };
        for vertex in &flex.vertices {
            let size = Vec3::splat(flex.radius);
            self.add_placed(
                &plain,
                source.shapes().sphere,
                Mat3::IDENTITY,
                (*vertex).into(),
                size,
                scene,
            );
        }
        for [from, to] in &flex.edges {
            let (from, to) = (Vec3::from(*from), Vec3::from(*to));
            let along = to - from;
            let turn = glam::Quat::from_rotation_arc(Vec3::Z, along.normalize_or(Vec3::Z));
            let size = Vec3::new(flex.radius, flex.radius, along.length() / 2.0);
            let middle = (from + to) / 2.0;
            self.add_placed(
                &plain,
                source.shapes().tube,
                Mat3::from_quat(turn),
                middle,
                size,
                scene,
            );
        }
        if flex.positions.is_empty() {
            return;
        }
        let shape = self.geometry.add(|b| {
            for (corner, position) in flex.positions.iter().enumerate() {
                let index = b.vertex(Vertex {
                    position: *position,
                    normal: flex.normals[corner],
                    texcoord: flex.texcoords.get(corner).copied().unwrap_or_default(),
                });
                if index % 3 == 2 {
                    b.triangle([index - 2, index - 1, index]);
                }
            }
        });
        self.add_in_world(geom, shape, scene);
    }

    fn add_skin(&mut self, geom: &Geom, source: &Source<'_>) {
        let Ok(id) = usize::try_from(geom.object_id) else {
            return;
        };
        let Some(skin) = source.assets.skins.get(id) else {
            return;
        };
        let first: usize = source.assets.skins[..id].iter().map(|s| s.vertex_count as usize).sum();
        let run = first..first + skin.vertex_count as usize;
        let snapshot = source.snapshot;
        let positions = snapshot.skin_positions.get(run.clone());
        let Some((positions, normals)) = positions.zip(snapshot.skin_normals.get(run)) else {
            return;
        };
        let shape = self.geometry.add(|b| {
            for (index, (position, normal)) in positions.iter().zip(normals).enumerate() {
                b.vertex(Vertex {
                    position: *position,
                    normal: *normal,
                    texcoord: skin.texcoords.get(index).copied().unwrap_or_default(),
                });
            }
            skin.faces.iter().for_each(|face| b.triangle(*face));
        });
        let mapped = Geom { has_texcoords: i32::from(!skin.texcoords.is_empty()), ..*geom };
        self.add_in_world(&mapped, shape, source.scene);
    }

    /// Appends a shape of this picture's own geometry that is in world space already.
    fn add_in_world(&mut self, geom: &Geom, shape: u32, scene: &SceneResources) {
        let shape = scene.ranges.len() as u32 + shape;
        self.add_placed(geom, shape, Mat3::IDENTITY, Vec3::ZERO, Vec3::ONE, scene);
    }

    fn add_placed(
        &mut self,
        geom: &Geom,
        shape: u32,
        turn: Mat3,
        position: Vec3,
        size: Vec3,
        scene: &SceneResources,
    ) {
        let (texture, mapping, numbers) = scene.look_up(geom);
        self.items.push(Item {
            shape,
            kind: Kind::Surface,
            mapping,
            texture,
            instance: Instance::placed(geom, turn, position, size, numbers),
        });
    }

    fn list_casters(&mut self) {
        let casting = self.drawn.iter().filter(|drawn| drawn.casts);
        let mut items: Vec<usize> = casting.flat_map(|drawn| drawn.items.clone()).collect();
        items.sort_by_key(|item| self.items[*item].shape);
        for item in items {
            push_caster(&mut self.casters, &mut self.instances, self.items[item]);
        }
    }

    /// A light reaches few of the thousands of cells of an infinite plane, and fewer could shade
    /// anything. They are those that MuJoCo casts with: where a plane nearly shadows itself, each
    /// cell's rounding shows.
    fn list_plane_casters(&mut self, source: &Source<'_>) {
        if source.settings.profile == Profile::Fast {
            return;
        }
        let visual = &source.assets.visual;
        let is_plane = |geom: &&Geom| {
            geom.shape() == Some(GeomKind::Plane)
                && is_of_model(geom)
                && geom.category != DECORATION
        };
        for clip_from_world in source.lights {
            let clip_from_world = Mat4::from_cols_array_2d(clip_from_world);
            let light = LightView { clip_from_world, side: source.shadow_side };
            let mut casters = Vec::new();
            for geom in source.snapshot.geoms.iter().filter(is_plane) {
                let geom = Geom { position: source.position(geom), ..*geom };
                let regions = if self.wireframe() {
                    vec![Region::WHOLE]
                } else {
                    light.cast_on_by(&geom, &source.snapshot.geoms)
                };
                for region in regions {
                    let clip_from_world = region.clip_from_view() * clip_from_world;
                    let clip_from_plane = clip_from_world * world_from_plane(&geom);
                    let sight = Sight { clip_from_plane, thin_about: None };
                    let shape =
                        self.geometry.add(|b| plane::visible_grid(b, &geom, visual, &sight));
                    let part = Part::new(source.scene.ranges.len() as u32 + shape, Vec3::ONE);
                    let item = Item {
                        shape: part.shape,
                        kind: Kind::Surface,
                        mapping: Mapping::None,
                        texture: None,
                        instance: Instance::new(&geom, &part, [0.0; 4]),
                    };
                    let mut batches = Vec::new();
                    push_caster(&mut batches, &mut self.instances, item);
                    casters.extend(batches.into_iter().map(|batch| (batch, region)));
                }
            }
            self.plane_casters.push(casters);
        }
    }

    /// The mirror's mark and what is seen in it; forgets the mirror where nothing is.
    fn list_image(&mut self, source: &Source<'_>) {
        let eye = Vec3::from(source.eye.position);
        let seen = |mirror: &Mirror| (eye - mirror.point).dot(mirror.normal) >= 0.0;
        let wanted = source.settings.reflections && source.settings.show == Show::Color;
        if !wanted || !self.mirror.as_ref().is_some_and(seen) {
            self.mirror = None;
            return;
        }
        let Some(index) = self.drawn.iter().position(|drawn| drawn.reflects) else {
            return;
        };
        self.list_mark(index, source);
        self.sort(|number, drawn| !drawn.transparent && number != index);
        for position in 0..self.order.len() {
            let (item, cull) = self.ordered(position);
            push(
                &mut self.image,
                &mut self.instances,
                &item,
                style(&item, cull, Blend::Replace, true),
            );
        }
        push_opaque_lines(&mut self.image, &self.drawn, true);
        self.list_transparent(true, Some(index), source.settings.additive);
    }

    /// The mark of a plane is the plane; that of a box is its upper side.
    fn list_mark(&mut self, index: usize, source: &Source<'_>) {
        let mut item = self.items[self.drawn[index].items.start];
        if !self.drawn[index].plane {
            item.shape = source.shapes().square;
            for row in &mut item.instance.rows {
                row[3] += row[2];
            }
        }
        item.kind = Kind::Mark;
        item.mapping = Mapping::None;
        item.texture = None;
        push(
            &mut self.image,
            &mut self.instances,
            &item,
            style(&item, Cull::Back, Blend::Replace, false),
        );
    }

    fn list_opaque(&mut self) {
        let mirrors = self.mirror.is_some();
        if mirrors && let Some(drawn) = self.drawn.iter().find(|drawn| drawn.reflects) {
            for item in &self.items[drawn.items.clone()] {
                push(
                    &mut self.opaque,
                    &mut self.instances,
                    item,
                    style(item, drawn.cull, Blend::Add, false),
                );
            }
        }
        self.sort(|_, drawn| !drawn.transparent && drawn.visible && !(mirrors && drawn.reflects));
        for position in 0..self.order.len() {
            let (item, cull) = self.ordered(position);
            push(
                &mut self.opaque,
                &mut self.instances,
                &item,
                style(&item, cull, Blend::Replace, false),
            );
        }
        push_opaque_lines(&mut self.opaque, &self.drawn, false);
    }

    /// Draws all that is opaque once more for the light that casts shadows. Where edges meet, MuJoCo
    /// adds that light once for each, and the rest of the light once.
    fn part_light(&mut self) {
        let surfaces = |batch: &&Batch| batch.style.kind == Kind::Surface;
        let shadowed = self.opaque.iter().filter(surfaces).map(|batch| {
            let style = Style { part: LightPart::Shadowed, blend: Blend::Add, ..batch.style };
            Batch { style, ..batch.clone() }
        });
        let shadowed: Vec<_> = shadowed.collect();
        for batch in self.opaque.iter_mut().filter(|batch| batch.style.kind == Kind::Surface) {
            batch.style.part = LightPart::Base;
        }
        self.opaque.extend(shadowed);
    }

    /// Puts the items of the geoms that `wanted` names in an order that changes pipelines,
    /// textures and shapes least, planes last: they are hidden most.
    fn sort(&mut self, wanted: impl Fn(usize, &Drawn) -> bool) {
        self.order.clear();
        let mut keys: Vec<_> = Vec::with_capacity(self.items.len());
        for (number, drawn) in self.drawn.iter().enumerate() {
            if wanted(number, drawn) {
                keys.extend(drawn.items.clone().map(|index| {
                    let item = &self.items[index];
                    let look = style(item, drawn.cull, Blend::Replace, false);
                    (drawn.plane, look, item.texture, item.shape, index as u32)
                }));
            }
        }
        keys.sort_unstable();
        self.order.extend(keys.iter().map(|key| key.4));
    }

    fn ordered(&self, position: usize) -> (Item, Cull) {
        let index = self.order[position] as usize;
        let cull =
            self.drawn.partition_point(|drawn| drawn.items.end <= index).min(self.drawn.len() - 1);
        (self.items[index], self.drawn[cull].cull)
    }

    /// Transparent geoms from front to back and then from back to front, as MuJoCo draws them;
    /// once only if they add up.
    fn list_transparent(&mut self, mirrored: bool, except: Option<usize>, additive: bool) {
        let mut order: Vec<usize> = (0..self.drawn.len())
            .filter(|&number| self.drawn[number].transparent && Some(number) != except)
            .collect();
        order.sort_by(|&a, &b| self.drawn[a].distance.total_cmp(&self.drawn[b].distance));
        let list = if mirrored { &mut self.image } else { &mut self.transparent };
        let blend = if additive { Blend::Glow } else { Blend::Mix };
        let again = if additive { &[] } else { &order[..] };
        for &number in order.iter().chain(again.iter().rev()) {
            let drawn = &self.drawn[number];
            for item in &self.items[drawn.items.clone()] {
                push(list, &mut self.instances, item, style(item, drawn.cull, blend, mirrored));
            }
            push_lines(list, &drawn.lines, blend, mirrored);
        }
    }

    /// What has a segment's number, transparent or not, in the colour that `color` gives it.
    fn list_flat(&mut self, source: &Source<'_>, color: impl Fn(u32) -> [f32; 4]) -> Flat {
        let mut batches = Vec::new();
        for drawn in self.drawn.iter().filter(|drawn| drawn.visible) {
            let Ok(number) = u32::try_from(drawn.segment) else {
                continue;
            };
            for item in &self.items[drawn.items.clone()] {
                let instance = Instance { color: color(number), ..item.instance };
                let item = Item {
                    kind: Kind::Flat,
                    mapping: Mapping::None,
                    texture: None,
                    instance,
                    ..*item
                };
                let look = style(&item, drawn.cull, Blend::Replace, false);
                push(&mut batches, &mut self.instances, &item, look);
            }
        }
        let first = self.segments.len() as u32;
        for geom in &source.snapshot.geoms {
            if let Ok(number) = u32::try_from(geom.segment) {
                let numbered = Geom { rgba: color(number), ..*geom };
                lines::append(&numbered, source.assets.visual.line_width, &mut self.segments);
            }
        }
        Flat { batches, segments: first..self.segments.len() as u32 }
    }

    fn list_stamps(&mut self, source: &Source<'_>) {
        let labels = &source.snapshot.labels;
        for geom in &source.snapshot.geoms {
            if let Some(text) = usize::try_from(geom.label).ok().and_then(|at| labels.get(at)) {
                overlay::append_label(text, source.position(geom), &mut self.stamps);
            }
        }
        if let Some(border) = source.settings.border {
            let color = border.color.map(|channel| f32::from(channel) / 255.0);
            overlay::append_border(source.viewport, border.width as f32, color, &mut self.stamps);
        }
    }

    fn list_sky(&mut self, source: &Source<'_>) {
        let sky = source.settings.skybox && source.scene.skybox.is_some();
        self.sky = sky.then_some(source.shapes().cylinder);
        if !sky || !source.settings.haze {
            return;
        }
        let infinite = |geom: &&Geom| {
            geom.shape() == Some(GeomKind::Plane) && geom.size[0] == 0.0 && geom.size[1] == 0.0
        };
        let Some(geom) = source.snapshot.geoms.iter().find(infinite) else {
            return;
        };
        let eye = Vec3::from(source.eye.position);
        let height = (eye - Vec3::from(geom.position)).dot(z_axis(geom));
        if height < 0.0 {
            return;
        }
        let radius = super::uniform::sky_radius(source.eye);
        let hazy = Geom { rgba: source.assets.visual.haze_rgba, ..*geom };
        let foot = eye - z_axis(geom) * height;
        let size = Vec3::new(radius, radius, height);
        let first = self.instances.len() as u32;
        let turn = instance::rotation(geom);
        self.instances.push(Instance::placed(&hazy, turn, foot, size, [0.0; 4]));
        self.haze = Some(Batch {
            style: Style {
                kind: Kind::Haze,
                blend: Blend::Mix,
                cull: Cull::Front,
                mapping: Mapping::None,
                mirrored: false,
                part: LightPart::All,
            },
            texture: None,
            shape: source.shapes().haze,
            instances: first..first + 1,
        });
    }
}

fn style(item: &Item, cull: Cull, blend: Blend, mirrored: bool) -> Style {
    Style { kind: item.kind, blend, cull, mapping: item.mapping, mirrored, part: LightPart::All }
}

/// Appends an item to the last batch if it fits there, else to a new one.
fn push(list: &mut Vec<Batch>, instances: &mut Vec<Instance>, item: &Item, style: Style) {
    let number = instances.len() as u32;
    instances.push(item.instance);
    if let Some(last) = list.last_mut()
        && (last.style, last.texture, last.shape) == (style, item.texture, item.shape)
        && last.instances.end == number
    {
        last.instances.end += 1;
        return;
    }
    list.push(Batch {
        style,
        texture: item.texture,
        shape: item.shape,
        instances: number..number + 1,
    });
}

/// Appends lines to the last batch if they fit there, else to a new one.
fn push_lines(list: &mut Vec<Batch>, lines: &Range<u32>, blend: Blend, mirrored: bool) {
    if lines.is_empty() {
        return;
    }
    let style = Style {
        kind: Kind::Line,
        blend,
        cull: Cull::Nothing,
        mapping: Mapping::None,
        mirrored,
        part: LightPart::All,
    };
    match list.last_mut() {
        Some(last) if last.style == style && last.instances.end == lines.start => {
            last.instances.end = lines.end;
        }
        _ => list.push(Batch { style, texture: None, shape: 0, instances: lines.clone() }),
    }
}

fn push_opaque_lines(list: &mut Vec<Batch>, drawn: &[Drawn], mirrored: bool) {
    for drawn in drawn.iter().filter(|drawn| !drawn.transparent) {
        push_lines(list, &drawn.lines, Blend::Replace, mirrored);
    }
}

fn push_caster(list: &mut Vec<Batch>, instances: &mut Vec<Instance>, item: Item) {
    let item = Item { mapping: Mapping::None, texture: None, ..item };
    push(list, instances, &item, style(&item, Cull::Nothing, Blend::Replace, false));
}

fn world_from_plane(geom: &Geom) -> Mat4 {
    Mat4::from_translation(geom.position.into()) * Mat4::from_mat3(instance::rotation(geom))
}

fn mirror_of(geom: &Geom, kind: GeomKind) -> Mirror {
    let normal = z_axis(geom);
    let height = if kind == GeomKind::Box { geom.size[2] } else { 0.0 };
    Mirror {
        point: Vec3::from(geom.position) + normal * height,
        normal,
        reflectance: geom.reflectance,
    }
}

//! The passes of a picture: shadow maps, the picture itself, ids and depth beside it.

use super::{
    Profile, SceneResources, Show,
    frame::{Batch, Flat, Frame},
    instance::Mapping,
    pipeline::{Blend, Cull, Kind, Part, Style, Target},
    resources::Wires,
    shadows::ShadowMaps,
    uniform::Lights,
    view::{Data, View},
};

/// One picture of one view, to be recorded.
pub(super) struct Passes<'a> {
    pub view: &'a View,
    pub scene: &'a SceneResources,
    pub frame: &'a Frame,
    /// The edges of the scene's shapes, where only they are drawn.
    pub wires: Option<&'a Wires>,
}

impl Passes<'_> {
    /// Draws the map of one light.
    pub fn shadow_map(&self, encoder: &mut wgpu::CommandEncoder, maps: &ShadowMaps, slot: usize) {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("shadow map"),
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &maps.layers[slot],
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.0),
                    store: wgpu::StoreOp::Store,
                }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        // A border of one pixel stays clear: beyond the map nothing is in shadow.
        let inner = maps.side.saturating_sub(2) as f32;
        pass.set_viewport(1.0, 1.0, inner, inner, 0.0, 1.0);
        let renderer = &self.view.renderer;
        pass.set_bind_group(0, &self.view.caster_groups[slot], &[]);
        let mut bound = Bound::default();
        for batch in &self.frame.casters {
            let pipeline = match self.wires {
                Some(_) => &renderer.wire_caster,
                None if self.scene.casts_by_front(batch.shape) => &renderer.front_caster,
                None => &renderer.caster,
            };
            pass.set_pipeline(pipeline);
            self.shape(&mut pass, batch, self.wires, &mut bound);
        }
        pass.set_pipeline(self.wires.map_or(&renderer.caster, |_| &renderer.wire_caster));
        for (batch, region) in self.frame.plane_casters.get(slot).into_iter().flatten() {
            let [left, top, width, height] = region.pixels(maps.side);
            pass.set_scissor_rect(left, top, width, height);
            self.shape(&mut pass, batch, self.wires, &mut bound);
        }
    }

    /// Draws what the view shows.
    pub fn picture(&self, encoder: &mut wgpu::CommandEncoder, lights: Lights) {
        let (view, frame) = (self.view, self.frame);
        let settings = &view.settings;
        let mut pass = view.targets.begin(encoder);
        let mut painter = Painter::new(
            self,
            Target {
                samples: settings.samples,
                depth: view.targets.depth_format,
                lights,
                rounded: settings.profile == Profile::Parity,
                fog: settings.fog && settings.show == Show::Color,
                wireframe: frame.wireframe(),
                depth_as_grey: settings.show == Show::Depth,
                bottom_up: settings.bottom_up,
            },
        );
        if matches!(settings.show, Show::Segments | Show::Ids) {
            pass.set_bind_group(0, &view.groups[0], &[]);
            painter.flat(&mut pass, &frame.segmented);
            return;
        }
        if frame.mirror.is_some() {
            pass.set_bind_group(0, &view.groups[0], &[]);
            pass.set_stencil_reference(1);
            painter.batches(&mut pass, &frame.image[..1]);
            pass.set_bind_group(0, &view.groups[1], &[]);
            painter.batches(&mut pass, &frame.image[1..]);
        }
        pass.set_bind_group(0, &view.groups[0], &[]);
        painter.batches(&mut pass, &frame.opaque);
        if let Some(shape) = frame.sky {
            painter.sky(&mut pass, shape);
        }
        if settings.show == Show::Depth {
            // The rest writes no depth.
            return;
        }
        painter.batches(&mut pass, frame.haze.as_slice());
        painter.batches(&mut pass, &frame.transparent);
        painter.stamps(&mut pass);
    }

    /// Draws ids and depth.
    pub fn data(&self, encoder: &mut wgpu::CommandEncoder, data: &Data) {
        let mut pass = data.targets.begin(encoder);
        let filled = Passes { wires: None, ..*self };
        let mut painter = Painter::new(
            &filled,
            Target {
                samples: 1,
                depth: data.targets.depth_format,
                lights: Lights::default(),
                rounded: false,
                fog: false,
                wireframe: false,
                depth_as_grey: false,
                bottom_up: self.view.settings.bottom_up,
            },
        );
        pass.set_bind_group(0, &self.view.groups[0], &[]);
        painter.flat(&mut pass, &self.frame.numbered);
    }

    /// Draws a batch: its triangles, or its edges if `wires` are given.
    fn shape(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        batch: &Batch,
        wires: Option<&Wires>,
        bound: &mut Bound,
    ) {
        let (view, scene, geometry) = (self.view, self.scene, &self.frame.geometry);
        let shape = batch.shape as usize;
        let dynamic = shape >= scene.ranges.len();
        let range = match wires {
            _ if dynamic => geometry.ranges[shape - scene.ranges.len()],
            Some(wires) => wires.ranges[shape],
            None => scene.ranges[shape],
        };
        let indices = match wires {
            Some(_) => range.first_edge..range.first_edge + range.edge_count,
            None => range.first_index..range.first_index + range.index_count,
        };
        if indices.is_empty() {
            return;
        }
        let from = (dynamic, wires.is_some());
        if bound.buffers != Some(from) {
            let vertices = if dynamic { &view.vertices.buffer } else { &scene.vertices };
            let indices = match wires {
                Some(_) if dynamic => &view.edges.buffer,
                None if dynamic => &view.indices.buffer,
                Some(wires) => &wires.edges,
                None => &scene.indices,
            };
            pass.set_vertex_buffer(0, vertices.slice(..));
            pass.set_vertex_buffer(1, view.instances.buffer.slice(..));
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            bound.buffers = Some(from);
        }
        pass.draw_indexed(indices, range.base_vertex as i32, batch.instances.clone());
    }
}

/// What a pass has set, so that it is not set again.
#[derive(Default)]
struct Bound {
    style: Option<Style>,
    texture: Option<Option<usize>>,
    /// Whether the buffers are those of this picture rather than of the model, and of edges rather
    /// than triangles.
    buffers: Option<(bool, bool)>,
}

/// Draws batches in a pass.
struct Painter<'a> {
    of: &'a Passes<'a>,
    target: Target,
    bound: Bound,
}

impl<'a> Painter<'a> {
    fn new(of: &'a Passes<'a>, target: Target) -> Self {
        Self { of, target, bound: Bound::default() }
    }

    fn batches(&mut self, pass: &mut wgpu::RenderPass<'_>, batches: &[Batch]) {
        for batch in batches {
            self.set(pass, batch.style, batch.texture);
            if batch.style.kind == Kind::Line {
                self.lines(pass, batch.instances.clone());
                continue;
            }
            let wires = self.of.wires.filter(|_| batch.style.kind == Kind::Surface);
            self.of.shape(pass, batch, wires, &mut self.bound);
        }
    }

    fn set(&mut self, pass: &mut wgpu::RenderPass<'_>, style: Style, texture: Option<usize>) {
        if self.bound.style != Some(style) {
            pass.set_pipeline(&self.of.view.renderer.pipeline(&self.target, &style));
            self.bound.style = Some(style);
        }
        if self.bound.texture != Some(texture) {
            pass.set_bind_group(1, self.of.scene.group(texture), &[]);
            self.bound.texture = Some(texture);
        }
    }

    fn flat(&mut self, pass: &mut wgpu::RenderPass<'_>, things: &Flat) {
        self.batches(pass, &things.batches);
        if !things.segments.is_empty() {
            self.set(pass, plain(Kind::Line), None);
            self.lines(pass, things.segments.clone());
        }
    }

    fn sky(&mut self, pass: &mut wgpu::RenderPass<'_>, shape: u32) {
        let style = Style { cull: Cull::Front, mapping: Mapping::Cube, ..plain(Kind::Sky) };
        let batch = Batch { style, texture: self.of.scene.skybox, shape, instances: 0..1 };
        self.batches(pass, &[batch]);
    }

    fn lines(&mut self, pass: &mut wgpu::RenderPass<'_>, segments: std::ops::Range<u32>) {
        pass.set_vertex_buffer(0, self.of.view.segments.buffer.slice(..));
        pass.draw(0..4, segments);
        self.bound.buffers = None;
    }

    fn stamps(&mut self, pass: &mut wgpu::RenderPass<'_>) {
        let count = self.of.frame.stamps.len() as u32;
        if count == 0 {
            return;
        }
        self.set(pass, plain(Kind::Stamp), None);
        pass.set_bind_group(1, self.of.view.renderer.font(), &[]);
        pass.set_vertex_buffer(0, self.of.view.stamps.buffer.slice(..));
        pass.draw(0..4, 0..count);
        self.bound = Bound::default();
    }
}

/// Untextured, both sides, as it is.
fn plain(kind: Kind) -> Style {
    Style {
        kind,
        blend: Blend::Replace,
        cull: Cull::Nothing,
        mapping: Mapping::None,
        mirrored: false,
        part: Part::All,
    }
}

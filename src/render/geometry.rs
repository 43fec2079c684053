//! Triangles on their way to the GPU: one vertex buffer and one index buffer for all shapes, and
//! their edges where only those are drawn.

use bytemuck::{Pod, Zeroable};

/// A corner of a triangle. Keep in sync with `Vertex` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Vertex {
    /// In the shape's own space.
    pub position: [f32; 3],
    /// Unit, in the shape's own space.
    pub normal: [f32; 3],
    pub texcoord: [f32; 2],
}

/// Where a shape's triangles are in a [`Geometry`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    pub first_index: u32,
    pub index_count: u32,
    pub base_vertex: u32,
    pub first_edge: u32,
    pub edge_count: u32,
}

/// Shapes, one after the other.
#[derive(Debug, Default)]
pub(super) struct Geometry {
    pub vertices: Vec<Vertex>,
    pub indices: Vec<u32>,
    pub ranges: Vec<Range>,
    /// Pairs of indices: the sides of triangles and quads, if [`Self::wireframe`].
    pub edges: Vec<u32>,
    pub wireframe: bool,
}

impl Geometry {
    /// Appends the shape that `build` makes and returns its index in [`Self::ranges`].
    pub fn add(&mut self, build: impl FnOnce(&mut Builder<'_>)) -> u32 {
        let (first_index, base_vertex) = (self.indices.len(), self.vertices.len());
        let first_edge = self.edges.len();
        build(&mut Builder {
            base: base_vertex,
            vertices: &mut self.vertices,
            indices: &mut self.indices,
            edges: self.wireframe.then_some(&mut self.edges),
        });
        let id = self.ranges.len() as u32;
        self.ranges.push(Range {
            first_index: first_index as u32,
            index_count: (self.indices.len() - first_index) as u32,
            base_vertex: base_vertex as u32,
            first_edge: first_edge as u32,
            edge_count: (self.edges.len() - first_edge) as u32,
        });
        id
    }

    /// The vertices of a shape.
    pub fn corners(&self, shape: usize) -> &[Vertex] {
        let first = |range: &Range| range.base_vertex as usize;
        let end = self.ranges.get(shape + 1).map_or(self.vertices.len(), first);
        &self.vertices[first(&self.ranges[shape])..end]
    }

    pub fn clear(&mut self) {
        self.vertices.clear();
        self.indices.clear();
        self.ranges.clear();
        self.edges.clear();
    }
}

/// Appends to one shape; indices count from its first vertex.
pub(super) struct Builder<'a> {
    base: usize,
    vertices: &'a mut Vec<Vertex>,
    indices: &'a mut Vec<u32>,
    edges: Option<&'a mut Vec<u32>>,
}

impl Builder<'_> {
    pub fn vertex(&mut self, vertex: Vertex) -> u32 {
        self.vertices.push(vertex);
        (self.vertices.len() - 1 - self.base) as u32
    }

    pub fn triangle(&mut self, corners: [u32; 3]) {
        self.indices.extend_from_slice(&corners);
        self.outline(corners);
    }

    fn outline<const N: usize>(&mut self, corners: [u32; N]) {
        if let Some(edges) = &mut self.edges {
            edges.extend((0..N).flat_map(|i| [corners[i], corners[(i + 1) % N]]));
        }
    }

    /// Two triangles, split as OpenGL splits quads: the diagonal joins the second and the fourth
    /// corner.
    pub fn quad(&mut self, [a, b, c, d]: [u32; 4]) {
        self.indices.extend_from_slice(&[a, b, d, b, c, d]);
        self.outline([a, b, c, d]);
    }

    /// Corners that no other triangle shares.
    pub fn loose_triangle(&mut self, corners: [Vertex; 3]) {
        let corners = corners.map(|corner| self.vertex(corner));
        self.triangle(corners);
    }

    /// Corners that no other quad shares.
    pub fn loose_quad(&mut self, corners: [Vertex; 4]) {
        let corners = corners.map(|corner| self.vertex(corner));
        self.quad(corners);
    }

    /// A grid of `columns × rows` quads, each starting at its lower column and row and going
    /// along the row first; `at(column, row)` gives the corners.
    pub fn lattice(&mut self, columns: u32, rows: u32, at: impl Fn(u32, u32) -> Vertex) {
        self.cells(columns, rows, at, |b, corners| b.quad(corners));
    }

    /// The same with quads that face the other way, each starting at its upper row.
    pub fn lattice_turned(&mut self, columns: u32, rows: u32, at: impl Fn(u32, u32) -> Vertex) {
        self.cells(columns, rows, at, |b, [c, d, e, f]| b.quad([f, e, d, c]));
    }

    /// Calls `take` with the corners of each cell of a grid: along its lower row, and back.
    pub fn cells(
        &mut self,
        columns: u32,
        rows: u32,
        at: impl Fn(u32, u32) -> Vertex,
        mut take: impl FnMut(&mut Self, [u32; 4]),
    ) {
        let first = (self.vertices.len() - self.base) as u32;
        let width = columns + 1;
        for row in 0..=rows {
            self.vertices.extend((0..=columns).map(|column| at(column, row)));
        }
        for row in 0..rows {
            for column in 0..columns {
                let corner = first + row * width + column;
                take(self, [corner, corner + 1, corner + width + 1, corner + width]);
            }
        }
    }
}

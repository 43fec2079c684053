//! The routes, the signaling socket and the life of the real binary.

mod daemon;
mod lifecycle;
mod routes;
mod scenes;
mod sessions;
mod sockets;

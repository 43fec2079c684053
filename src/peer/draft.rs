//! A connection before both ends have agreed on anything.

use std::sync::{Arc, atomic::AtomicU32};

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;
use webrtc::{
    media_stream::track_local::static_rtp::TrackLocalStaticRTP, rtp_transceiver::RtpSender,
};

use super::{
    Config, Error, Peer, PeerEvent, Telling, advertise::Advertised, channel, congestion, feedback,
    handler, hangup, link::Link, media, offer::Chosen, port::Seat, servers, setup, stamps,
};
use crate::units::{Bitrate, Codecs};

/// Holds its port and its tasks; dropping it closes it.
pub(super) struct Draft {
    pub connection: Link,
    pub seat: Arc<Seat>,
    pub chosen: Chosen,
    pub track: Arc<TrackLocalStaticRTP>,
    pub gathered: Arc<Notify>,
    pub advertised: Advertised,
    codecs: Codecs,
    ssrc: u32,
    stats: Arc<media::Counters>,
    channels: channel::Senders,
    stamps: stamps::Wish,
    teller: stamps::Teller,
    second: handler::Second,
    cancel: DropGuard,
}

impl Draft {
    /// A connection with a track for what was chosen, which is not yet a part of it.
    pub async fn new(
        config: &Config,
        chosen: Chosen,
        events: &mpsc::Sender<PeerEvent>,
    ) -> Result<Self, Error> {
        let cancel = CancellationToken::new().drop_guard();
        let (channels, outlets) = channel::queues();
        let gathered = Arc::new(Notify::new());
        let servers = servers::resolve(&config.ice_servers).await;
        let seat = config
            .port
            .seat(servers::relays(&servers))
            .map_err(|error| Error::Setup(webrtc::error::Error::Other(error.to_string())))?;
        let advertised = Advertised::new(&config.advertise, Arc::clone(&seat));
        let stats = Arc::new(media::Counters::new(Arc::clone(&config.metrics)));
        let stamps = stamps::Wish::default();
        let teller = stamps::Teller::new(stamps.clone(), config.clock, channels.stamps());
        let handler = handler::Handler::new(
            events.clone(),
            outlets,
            Arc::clone(&gathered),
            advertised.clone(),
            cancel.token().clone(),
        );
        let second = handler.second();
        let connection = setup::connection(
            config,
            servers,
            Arc::clone(&seat),
            &chosen,
            Arc::new(handler),
            Arc::clone(&stats),
        );
        let connection = connection.await?;
        let ssrc = setup::random_ssrc();
        let track = Arc::new(TrackLocalStaticRTP::new(setup::track(ssrc, &chosen)));
        let codecs = config.codecs;
        Ok(Self {
            connection,
            seat,
            chosen,
            track,
            gathered,
            advertised,
            codecs,
            ssrc,
            stats,
            channels,
            stamps,
            teller,
            second,
            cancel,
        })
    }

    /// Sends from now on: the media section is agreed on, and its extension ids are known.
    pub async fn start(
        self,
        sender: Arc<dyn RtpSender>,
        events: mpsc::Sender<PeerEvent>,
        telling: Telling,
    ) -> Result<Peer, Error> {
        let parameters = sender.get_parameters().await.map_err(Error::Setup)?;
        if !setup::tells_of_packets(&parameters.rtp_parameters) {
            self.stats.expect(Bitrate::bps(congestion::FIRST));
        }
        let (sources, inbox) = mpsc::channel(4);
        let cancel = self.cancel.token().clone();
        let hangup = hangup::notice(sender, events.clone());
        tokio::spawn(cancel.clone().run_until_cancelled_owned(hangup.in_current_span()));
        let sender = media::Sender::new(
            Arc::clone(&self.track),
            self.ssrc,
            &self.chosen,
            &parameters.rtp_parameters,
            Arc::clone(&self.stats),
            self.teller,
        );
        let sent = sender.run(inbox).in_current_span();
        tokio::spawn(cancel.clone().run_until_cancelled_owned(sent));
        let heard = feedback::listen(self.track, events).in_current_span();
        tokio::spawn(cancel.run_until_cancelled_owned(heard));
        Ok(Peer {
            connection: self.connection,
            sources,
            channels: self.channels,
            stats: self.stats,
            stamps: self.stamps,
            gathered: self.gathered,
            seat: self.seat,
            advertised: self.advertised,
            second: self.second,
            candidates: AtomicU32::new(0),
            codecs: self.codecs,
            chosen: self.chosen,
            telling,
            cancel: self.cancel,
        })
    }
}

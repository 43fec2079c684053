"""Plays a session with GStreamer's webrtcbin, by WHEP: python3 gstreamer.py URL [FRAMES].

Needs python3-gst-1.0, gir1.2-gst-plugins-bad-1.0, gstreamer1.0-{nice,plugins-good,plugins-bad,libav}.
Prints how many frames it has decoded, and of what size.
"""

import sys
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

# The packetization mode belongs to it: single NAL units alone are not what is sent.
VIDEO = (
    "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
    "packetization-mode=(string)1,profile-level-id=(string)42e01f"
)
# Nothing comes of it; players ask for it all the same.
AUDIO = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000"
PATIENCE_S = 20


class Player:
    def __init__(self, url, frames):
        self.url, self.wanted, self.seen = url, frames, 0
        self.size = self.place = self.error = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline()
        self.webrtc = Gst.ElementFactory.make("webrtcbin")
        self.webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.webrtc)
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        for caps in (AUDIO, VIDEO):
            self.webrtc.emit("add-transceiver", direction, Gst.Caps.from_string(caps))
        self.webrtc.connect("on-negotiation-needed", self.negotiate)
        self.webrtc.connect("notify::ice-gathering-state", self.gathered)
        self.webrtc.connect("pad-added", self.decode)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: self.end(message.parse_error()[0].message))

    def play(self):
        GLib.timeout_add_seconds(PATIENCE_S, self.end, f"nothing more within {PATIENCE_S} s")
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        if self.place:
            request("DELETE", self.place)
        return self.error

    def end(self, error=None):
        self.error = error
        self.loop.quit()
        return False

    def negotiate(self, webrtc):
        def created(promise, *_):
            reply = promise.get_reply()
            webrtc.emit("set-local-description", reply["offer"], Gst.Promise.new())

        webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(created, None))

    def gathered(self, webrtc, _):
        """Offers once all candidates are in the offer."""
        if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.offer)

    def offer(self):
        offer = self.webrtc.get_property("local-description").sdp.as_text()
        try:
            response = request("POST", self.url, offer)
        except urllib.error.HTTPError as error:
            return self.end(error.read().decode())
        self.place = urllib.parse.urljoin(self.url, response.headers["Location"])
        _, sdp = GstSdp.SDPMessage.new_from_text(response.read().decode())
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.webrtc.emit("set-remote-description", answer, Gst.Promise.new())
        return False

    def decode(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        chain = "rtph264depay ! h264parse ! avdec_h264 ! fakesink name=sink sync=false signal-handoffs=true"
        decoder = Gst.parse_bin_from_description(chain, True)
        decoder.get_by_name("sink").connect("handoff", self.frame)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def frame(self, sink, *_):
        caps = sink.get_static_pad("sink").get_current_caps().get_structure(0)
        self.size = (caps.get_value("width"), caps.get_value("height"))
        # Some more may come until it has stopped.
        if self.seen < self.wanted:
            self.seen += 1
            if self.seen == self.wanted:
                GLib.idle_add(self.end)


def request(method, url, body=None):
    data = body.encode() if body is not None else None
    headers = {"content-type": "application/sdp"} if body is not None else {}
    asked = urllib.request.Request(url, data=data, headers=headers, method=method)
    return urllib.request.urlopen(asked, timeout=PATIENCE_S)


def main():
    Gst.init(None)
    url, *rest = sys.argv[1:]
    player = Player(url, int(rest[0]) if rest else 30)
    error = player.play()
    if error:
        sys.exit(f"{player.seen} frames, then: {error}")
    print(f"{player.seen} frames, {player.size[0]}x{player.size[1]}")


main()

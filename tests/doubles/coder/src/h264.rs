//! H.264 by OpenH264, in the process.
#![allow(unsafe_code, reason = "the quantiser is an option of the C library")]

use std::io;

use openh264::{
    OpenH264API,
    encoder::{
        Encoder, EncoderConfig, FrameRate, IntraFramePeriod, Profile, RateControlMode,
        SpsPpsStrategy, UsageType, VuiConfig,
    },
    formats::{YUVBuffer, YUVSlices},
};
use openh264_sys2::{ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, SEncParamExt};

/// A quantiser so fine that nothing is seen of it, and for which OpenH264 has room.
const QP: i32 = 6;

pub struct H264(Encoder);

impl H264 {
    pub fn open((width, height): (usize, usize)) -> Result<Self, openh264::Error> {
        let config = EncoderConfig::new()
            .profile(Profile::Baseline)
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Off)
            .skip_frames(false)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .intra_frame_period(IntraFramePeriod::from_num_frames(0))
            .sps_pps_strategy(SpsPpsStrategy::ConstantId)
            .max_frame_rate(FrameRate::from_hz(30.0))
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
        // The encoder is there from its first picture on; before, there is nothing to set.
        encoder.encode(&YUVBuffer::new(width, height))?;
        set_quantiser(&mut encoder)?;
        encoder.force_intra_frame();
        Ok(Self(encoder))
    }

    /// Encodes a picture, its planes one after the other.
    pub fn encode(
        &mut self,
        i420: &[u8],
        (width, height): (usize, usize),
        idr: bool,
    ) -> io::Result<Vec<u8>> {
        let (y, chroma) = i420.split_at(width * height);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        if idr {
            self.0.force_intra_frame();
        }
        let strides = (width, width / 2, width / 2);
        let picture = YUVSlices::new((y, u, v), (width, height), strides);
        let coded = self.0.encode(&picture).map_err(io::Error::other)?;
        Ok(coded.to_vec())
    }
}

/// Sets the quantiser that is used where there is no rate control, which the crate has no word for.
fn set_quantiser(encoder: &mut Encoder) -> Result<(), openh264::Error> {
    let mut params = SEncParamExt::default();
    // SAFETY: the encoder goes on with the parameters that it has, but for the quantiser.
    let raw = unsafe { encoder.raw_api() };
    let option = ENCODER_OPTION_SVC_ENCODE_PARAM_EXT;
    // SAFETY: this option is a struct of this type, which outlives the call.
    let got = unsafe { raw.get_option(option, (&raw mut params).cast()) };
    params.sSpatialLayers[0].iDLayerQp = QP;
    // SAFETY: likewise.
    let set = unsafe { raw.set_option(option, (&raw mut params).cast()) };
    match got | set {
        0 => Ok(()),
        code => Err(openh264::Error::msg_string(format!("no quantiser of {QP}: {code}"))),
    }
}

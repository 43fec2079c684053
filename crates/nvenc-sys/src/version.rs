//! The versions of NVENC's interface that are spoken, and the words by which structs say which.

/// A version of the interface and the revisions of its structs that differ between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// e.g. 12 of 12.2.
    pub major: u32,
    /// e.g. 2 of 12.2.
    pub minor: u32,
    config: u32,
    preset_config: u32,
    initialize: u32,
    reconfigure: u32,
    register: u32,
    picture: u32,
    lock: u32,
}

/// In structs of which a driver must know more than the revision.
const FLAG: u32 = 1 << 31;

/// Newest first. The revisions are those of the headers; the oldest needs driver 470.57 or later.
pub const ALL: [Version; 5] = [
    Version {
        major: 13,
        minor: 0,
        config: 9,
        preset_config: 5,
        initialize: 7,
        reconfigure: 2,
        register: 5,
        picture: 7,
        lock: 2 | FLAG,
    },
    Version {
        major: 12,
        minor: 2,
        config: 9,
        preset_config: 5,
        initialize: 7,
        reconfigure: 2,
        register: 5,
        picture: 7,
        lock: 2 | FLAG,
    },
    Version {
        major: 12,
        minor: 1,
        config: 8,
        preset_config: 4,
        initialize: 6,
        reconfigure: 1,
        register: 4,
        picture: 6,
        lock: 1 | FLAG,
    },
    Version {
        major: 12,
        minor: 0,
        config: 8,
        preset_config: 4,
        initialize: 5,
        reconfigure: 1,
        register: 4,
        picture: 6,
        lock: 2,
    },
    Version {
        major: 11,
        minor: 1,
        config: 7,
        preset_config: 4,
        initialize: 5,
        reconfigure: 1,
        register: 3,
        picture: 4,
        lock: 1,
    },
];

impl Version {
    /// The newest that is not newer than what a driver says it speaks (`major << 4 | minor`).
    pub fn newest(driver: u32) -> Option<Self> {
        ALL.into_iter().find(|version| version.major << 4 | version.minor <= driver)
    }

    /// The next older one.
    pub fn older(self) -> Option<Self> {
        ALL.into_iter().skip_while(|version| *version != self).nth(1)
    }

    /// `NVENCAPI_VERSION`.
    pub fn api(self) -> u32 {
        self.major | self.minor << 24
    }

    /// `NVENCAPI_STRUCT_VERSION` of a revision, which may carry the flag.
    fn word(self, revision: u32) -> u32 {
        self.api() | (revision & !FLAG) << 16 | 7 << 28 | revision & FLAG
    }

    /// Whether the codecs' configurations have words for how deep samples are. Before, those were
    /// reserved, and HEVC and AV1 had bit fields for it.
    pub fn has_bit_depth(self) -> bool {
        (self.major, self.minor) >= (12, 2)
    }

    /// Whether there is AV1.
    pub fn has_av1(self) -> bool {
        self.major >= 12
    }

    /// Of [`Functions`](crate::sys::nvenc::Functions).
    pub fn functions(self) -> u32 {
        self.word(2)
    }

    /// Of [`OpenSession`](crate::sys::nvenc::OpenSession).
    pub fn open_session(self) -> u32 {
        self.word(1)
    }

    /// Of [`CapsParam`](crate::sys::nvenc::CapsParam).
    pub fn caps_param(self) -> u32 {
        self.word(1)
    }

    /// Of [`RateControl`](crate::sys::nvenc::RateControl).
    pub fn rate_control(self) -> u32 {
        self.word(1)
    }

    /// Of [`Config`](crate::sys::nvenc::Config).
    pub fn config(self) -> u32 {
        self.word(self.config | FLAG)
    }

    /// Of [`PresetConfig`](crate::sys::nvenc::PresetConfig).
    pub fn preset_config(self) -> u32 {
        self.word(self.preset_config | FLAG)
    }

    /// Of [`Initialize`](crate::sys::nvenc::Initialize).
    pub fn initialize(self) -> u32 {
        self.word(self.initialize | FLAG)
    }

    /// Of [`Reconfigure`](crate::sys::nvenc::Reconfigure).
    pub fn reconfigure(self) -> u32 {
        self.word(self.reconfigure | FLAG)
    }

    /// Of [`Register`](crate::sys::nvenc::Register).
    pub fn register(self) -> u32 {
        self.word(self.register)
    }

    /// Of [`MapInput`](crate::sys::nvenc::MapInput).
    pub fn map_input(self) -> u32 {
        self.word(4)
    }

    /// Of [`CreateBitstream`](crate::sys::nvenc::CreateBitstream).
    pub fn create_bitstream(self) -> u32 {
        self.word(1)
    }

    /// Of [`Picture`](crate::sys::nvenc::Picture).
    pub fn picture(self) -> u32 {
        self.word(self.picture | FLAG)
    }

    /// Of [`Lock`](crate::sys::nvenc::Lock).
    pub fn lock(self) -> u32 {
        self.word(self.lock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_both_speak_is_chosen() {
        let chosen = |driver| Version::newest(driver).map(|version| (version.major, version.minor));
        assert_eq!(chosen(0xd1), Some((13, 0)));
        assert_eq!(chosen(0xd0), Some((13, 0)));
        assert_eq!(chosen(0xc2), Some((12, 2)));
        assert_eq!(chosen(0xc0), Some((12, 0)));
        assert_eq!(chosen(0xb1), Some((11, 1)));
        assert_eq!(chosen(0xb0), None);
    }

    #[test]
    fn older_ones_follow_to_the_last() {
        let mut version = Version::newest(0xd0);
        let mut count = 0;
        while let Some(present) = version {
            version = present.older();
            count += 1;
        }
        assert_eq!(count, ALL.len());
    }

    type Word = fn(Version) -> u32;

    /// What the five headers make of each name, newest first.
    const WORDS: [(&str, Word, [u32; ALL.len()]); 14] = [
        (
            "NVENCAPI_VERSION",
            Version::api,
            [0x0000_000d, 0x0200_000c, 0x0100_000c, 0x0000_000c, 0x0100_000b],
        ),
        (
            "NV_ENCODE_API_FUNCTION_LIST_VER",
            Version::functions,
            [0x7002_000d, 0x7202_000c, 0x7102_000c, 0x7002_000c, 0x7102_000b],
        ),
        (
            "NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS_VER",
            Version::open_session,
            [0x7001_000d, 0x7201_000c, 0x7101_000c, 0x7001_000c, 0x7101_000b],
        ),
        (
            "NV_ENC_CAPS_PARAM_VER",
            Version::caps_param,
            [0x7001_000d, 0x7201_000c, 0x7101_000c, 0x7001_000c, 0x7101_000b],
        ),
        (
            "NV_ENC_RC_PARAMS_VER",
            Version::rate_control,
            [0x7001_000d, 0x7201_000c, 0x7101_000c, 0x7001_000c, 0x7101_000b],
        ),
        (
            "NV_ENC_CONFIG_VER",
            Version::config,
            [0xf009_000d, 0xf209_000c, 0xf108_000c, 0xf008_000c, 0xf107_000b],
        ),
        (
            "NV_ENC_PRESET_CONFIG_VER",
            Version::preset_config,
            [0xf005_000d, 0xf205_000c, 0xf104_000c, 0xf004_000c, 0xf104_000b],
        ),
        (
            "NV_ENC_INITIALIZE_PARAMS_VER",
            Version::initialize,
            [0xf007_000d, 0xf207_000c, 0xf106_000c, 0xf005_000c, 0xf105_000b],
        ),
        (
            "NV_ENC_RECONFIGURE_PARAMS_VER",
            Version::reconfigure,
            [0xf002_000d, 0xf202_000c, 0xf101_000c, 0xf001_000c, 0xf101_000b],
        ),
        (
            "NV_ENC_REGISTER_RESOURCE_VER",
            Version::register,
            [0x7005_000d, 0x7205_000c, 0x7104_000c, 0x7004_000c, 0x7103_000b],
        ),
        (
            "NV_ENC_MAP_INPUT_RESOURCE_VER",
            Version::map_input,
            [0x7004_000d, 0x7204_000c, 0x7104_000c, 0x7004_000c, 0x7104_000b],
        ),
        (
            "NV_ENC_CREATE_BITSTREAM_BUFFER_VER",
            Version::create_bitstream,
            [0x7001_000d, 0x7201_000c, 0x7101_000c, 0x7001_000c, 0x7101_000b],
        ),
        (
            "NV_ENC_PIC_PARAMS_VER",
            Version::picture,
            [0xf007_000d, 0xf207_000c, 0xf106_000c, 0xf006_000c, 0xf104_000b],
        ),
        (
            "NV_ENC_LOCK_BITSTREAM_VER",
            Version::lock,
            [0xf002_000d, 0xf202_000c, 0xf101_000c, 0x7002_000c, 0x7101_000b],
        ),
    ];

    #[test]
    fn words_are_those_of_the_headers() {
        for (name, word, expected) in WORDS {
            for (version, expected) in ALL.into_iter().zip(expected) {
                let (found, Version { major, minor, .. }) = (word(version), version);
                assert_eq!(found, expected, "{name} of {major}.{minor}: {found:#010x}");
            }
        }
    }
}

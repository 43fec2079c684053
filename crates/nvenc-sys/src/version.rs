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

    /// The words of the header of 11.1.
    #[test]
    fn words_are_those_of_the_header() {
        let version = ALL[4];
        assert_eq!(version.api(), 0x0100_000b);
        assert_eq!(version.lock(), 0x7101_000b);
        assert_eq!(version.config(), 0xf107_000b);
    }
}

//! Places on the network that the daemon may speak to.

use url::Url;

/// Addresses, each with what is below it; none allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<Url>);

impl Places {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with one, and which.
    pub(super) fn parse(texts: &[String]) -> Result<Self, String> {
        texts.iter().map(|text| place(text)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `url` is one of them, or below one.
    pub fn allow(&self, url: &Url) -> bool {
        self.0.iter().any(|place| {
            let below = url.path().strip_prefix(place.path());
            place.origin() == url.origin()
                && below.is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('/') || place.path().ends_with('/')
                })
        })
    }
}

fn place(text: &str) -> Result<Url, String> {
    let wrong =
        |what: &str| Err(format!("'{text}' {what}: write e.g. https://relay.example/whip/"));
    let Ok(url) = Url::parse(text) else { return wrong("is no address") };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("begins with neither http:// nor https://");
    }
    let bare = url.username().is_empty() && url.password().is_none();
    if !bare || url.query().is_some() || url.fragment().is_some() {
        return wrong("has more than a host, a port and a path");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(texts: &[&str]) -> Result<Places, String> {
        Places::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_below_a_place_is_allowed() {
        let places = places(&["https://relay.example/live", "http://127.0.0.1:8889/"]);
        let places = places.expect("places");
        let allowed = |url| places.allow(&Url::parse(url).expect("an address"));
        for url in [
            "https://relay.example/live",
            "https://relay.example:443/live/robot/whip?token=1",
            "https://RELAY.example/x/../live/a",
            "http://127.0.0.1:8889/robot/whip",
        ] {
            assert!(allowed(url), "{url}");
        }
        for url in [
            "https://relay.example/",
            "https://relay.example/lively",
            "https://relay.example/live/../admin",
            "http://relay.example/live",
            "https://relay.example:8443/live",
            "https://relay.example.evil/live",
            "https://relay.example@evil/live",
            "http://127.0.0.1:8890/robot/whip",
            "http://localhost:8889/",
            "file:///live",
        ] {
            assert!(!allowed(url), "{url}");
        }
        assert!(!Places::default().allow(&Url::parse("http://127.0.0.1/").expect("an address")));
    }

    #[test]
    fn what_is_no_place_is_refused_by_name() {
        for text in ["relay", "ftp://a/", "https://u:p@a/", "https://a/?x", "https://a/#x", "*"] {
            let told = places(&[text]).expect_err(text);
            assert!(told.contains(&format!("'{text}'")), "{told}");
        }
    }
}

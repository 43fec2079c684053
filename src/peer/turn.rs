//! Logins at TURN servers that expire: the REST API of draft-uberti-behave-turn-rest-00, which
//! coturn calls `use-auth-secret`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// User name and password of `viewer` at servers that share `secret`, good from `now` for `ttl`. The
/// name says when they end, and the password proves that who shares the secret has said so.
pub fn login(secret: &str, viewer: &str, ttl: Duration, now: SystemTime) -> (String, String) {
    let until = (now + ttl).duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let username = format!("{until}:{viewer}");
    let password = password(secret, &username);
    (username, password)
}

fn password(secret: &str, username: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .expect("invariant: HMAC takes keys of any length");
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_name_s_hmac() {
        // RFC 2202, test case 2, in base64.
        let said = password("Jefe", "what do ya want for nothing?");
        assert_eq!(said, "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }

    #[test]
    fn the_name_says_when_it_ends() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let (username, credential) = login("north", "viewer-7", Duration::from_secs(3600), now);
        assert_eq!(username, "1700003600:viewer-7");
        assert_eq!(credential, password("north", &username));
        assert_ne!(credential, password("south", &username));
    }
}

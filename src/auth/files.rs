//! Tokens that files hold.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use crate::{
    config::{Auth, Secret, token},
    units::Role,
};

const FILES: [(&str, Role); 3] =
    [("admin_token", Role::Admin), ("control_token", Role::Control), ("view_token", Role::View)];

/// Every token of the configuration: its own, and those in files of its directory and of systemd's
/// `credentials` (`$CREDENTIALS_DIRECTORY`, systemd.exec(5)).
///
/// # Errors
/// A sentence that names the file which cannot be used.
pub fn configured(auth: &Auth, credentials: Option<&Path>) -> Result<Vec<(Role, Secret)>, String> {
    let mut tokens = auth.tokens.clone();
    // systemd shows its files to the service alone, by other means than the mode.
    let dirs = [(auth.tokens_dir.as_deref(), true), (credentials, false)];
    for (dir, checked) in dirs.into_iter().filter_map(|(dir, checked)| Some((dir?, checked))) {
        for (name, role) in FILES {
            let path = dir.join(name);
            let found = read(&path, checked)
                .map_err(|why| format!("the token in {} cannot be used: {why}", path.display()))?;
            tokens.extend(found.map(|token| (role, token)));
        }
    }
    Ok(tokens)
}

fn read(path: &Path, checked: bool) -> Result<Option<Secret>, String> {
    let Some(secret) = Secret::read(path)? else { return Ok(None) };
    let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    // A group may read: that is how Kubernetes hands secrets to those who are not root.
    if checked && mode & 0o037 != 0 {
        return Err(format!(
            "its mode is {:03o}, so that others can read it: chmod 600 it",
            mode & 0o777
        ));
    }
    Ok(token(secret.reveal())?)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;
    use crate::config::Sources;

    #[test]
    fn tokens_come_from_files_that_others_cannot_read() {
        let (own, systemd) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir());
        let systemd = systemd.expect("a folder");
        let auth = |token: &str| {
            let set = |name: &str, value: &str| (format!("MJCAST_AUTH__{name}"), value.to_owned());
            let dir = own.path().to_str().expect("text");
            let variables = vec![set("ADMIN_TOKEN", token), set("TOKENS_DIR", dir)];
            Sources { variables, ..Sources::default() }.load().expect("valid").auth
        };
        let found = |auth: &Auth| {
            let tokens = configured(auth, Some(systemd.path()))?;
            let own = |(role, token): &(Role, Secret)| (*role, token.reveal().to_owned());
            Ok::<_, String>(tokens.iter().map(own).collect::<Vec<_>>())
        };
        let path = own.path().join("view_token");
        fs::write(&path, "view-0123456789abcdef\n").expect("writes");
        fs::write(systemd.path().join("control_token"), "control-0123456789").expect("writes");
        for (mode, fine) in [(0o600, true), (0o440, true), (0o644, false), (0o620, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("changes");
            let found = found(&auth("admin-0123456789abc"));
            assert_eq!(found.is_ok(), fine, "{mode:o}");
            if let Ok(found) = found {
                let roles: Vec<_> = found.iter().map(|(role, _)| *role).collect();
                assert_eq!(roles, [Role::Admin, Role::View, Role::Control]);
            }
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("changes");
        fs::write(&path, "guess-me").expect("writes");
        let told = found(&auth("")).expect_err("refused");
        assert!(told.contains("view_token") && told.contains("16"), "{told}");
        assert!(!told.contains("guess-me"), "{told}");
    }
}

//! The settings file. Its tables are another way to write names: `[session] ttl` and `session.ttl` are `session_ttl`.

use std::path::Path;

use figment::{
    Error, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

/// The settings in a TOML file, under their plain names.
pub(super) struct SettingsFile<'a>(pub(super) &'a Path);

impl Provider for SettingsFile<'_> {
    fn metadata(&self) -> Metadata {
        Toml::file_exact(self.0).metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut data = Toml::file_exact(self.0).data()?;
        for settings in data.values_mut() {
            let mut plain = Dict::new();
            flatten("", std::mem::take(settings), &mut plain)
                .map_err(|name| Error::from(format!("{name} is set twice, in two spellings")))?;
            *settings = plain;
        }
        Ok(data)
    }
}

/// Fails with a name that is there already. Neither spelling is the better one, and one of the two would silently
/// count for nothing.
fn flatten(prefix: &str, table: Dict, plain: &mut Dict) -> Result<(), String> {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        match value {
            Value::Dict(_, table) => flatten(&format!("{name}_"), table, plain)?,
            _ if plain.contains_key(&name) => return Err(name),
            value => {
                plain.insert(name, value);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::{Flags, Settings};

    fn load(text: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bell.toml");
        std::fs::write(&file, text).unwrap();
        Settings::load(Some(&file), &Flags::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn dots_and_tables_are_other_ways_to_write_a_name() {
        for text in [
            "session_ttl = 60\nsession_encrypt = true",
            "session.ttl = 60\nsession.encrypt = true",
            "[session]\nttl = 60\nencrypt = true",
            "session = { ttl = 60, encrypt = true }",
            "session_ttl = 60\n[session]\nencrypt = true",
        ] {
            let settings = load(text).unwrap();
            assert_eq!((settings.session_ttl_seconds(), settings.session_encrypt), (60, true), "{text}");
        }
        let tls = load("tls.cert = \"c\"\ntls.key = \"k\"\nmaster.key.file = \"m\"").unwrap();
        assert!(tls.tls_files().is_some());
        assert_eq!(tls.master_key_file, std::path::Path::new("m"));
    }

    #[test]
    fn two_spellings_of_a_setting_are_refused() {
        for text in [
            "session_ttl = 60\nsession.ttl = 60",
            "session_ttl = 60\n[session]\nttl = 70",
            "master.key_file = \"m\"\nmaster_key.file = \"m\"",
        ] {
            let error = load(text).err().unwrap();
            assert!(error.contains("set twice"), "{text}: {error}");
        }
    }

    #[test]
    fn a_mistake_in_a_table_is_named_with_its_file() {
        let error = load("[session]\nttl = \"soon\"").err().unwrap();
        assert!(error.contains("session_ttl") && error.contains("bell.toml"), "{error}");
    }
}

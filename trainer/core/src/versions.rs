//! What a model is made with.

/// The version of Burn.
pub const BURN: &str = "0.22.1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_are_those_of_the_lock_file() {
        let lock: toml::Table = include_str!("../../../Cargo.lock").parse().unwrap();
        let packages = lock["package"].as_array().unwrap();
        let burn = packages.iter().find(|package| package["name"].as_str() == Some("burn")).unwrap();
        assert_eq!(burn["version"].as_str(), Some(BURN));
    }
}

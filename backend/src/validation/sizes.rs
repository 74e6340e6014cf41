//! How large a file may be, for whom (`MAX_CONTENT_LENGTH` and its siblings).

use sharesync_protocol::api::Role;

/// Largest file that an upload may carry, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct UploadSizes {
    /// For whoever has no other limit.
    pub general: u64,
    /// By role, in their order.
    by_role: [Option<u64>; Role::ALL.len()],
}

impl UploadSizes {
    /// The general limit, and what `limit_of` has for a role by its name (`MAX_CONTENT_LENGTH_CLIENT`).
    pub fn read(
        general: u64,
        limit_of: impl Fn(&str) -> anyhow::Result<Option<u64>>,
    ) -> anyhow::Result<Self> {
        let mut by_role = [None; Role::ALL.len()];
        for (role, limit) in Role::ALL.iter().zip(&mut by_role) {
            let name = role.name().to_ascii_uppercase();
            *limit = limit_of(&format!("MAX_CONTENT_LENGTH_{name}"))?;
        }
        Ok(Self { general, by_role })
    }

    /// That of somebody.
    pub fn of(&self, role: Role) -> u64 {
        let at = Role::ALL.iter().position(|known| *known == role);
        at.and_then(|at| self.by_role[at]).unwrap_or(self.general)
    }

    /// The largest of all.
    pub fn largest(&self) -> u64 {
        Role::ALL.map(|role| self.of(role)).into_iter().fold(0, u64::max)
    }
}

//! The one policy: which roles may do what, and which scope an API token needs for it. The paths of the API name
//! these permissions in `http::policy`, and the API's description is told of them from there.

use sharesync_protocol::api::{Role, Scope};

/// Something that is allowed to some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See and change one's own account: sessions, tokens, the password. Never by an API token, which could make
    /// itself a stronger one.
    OwnAccount,
    /// See who one is.
    KnowOneself,
    /// Upload a file: into one's library, or for the operators where one has none.
    Upload,
    /// See what one handed in oneself, and what became of it.
    SeeOwnHandIns,
    /// List and fetch what anybody handed in.
    FetchHandIns,
    /// List and fetch the files of one's library.
    ReadFiles,
    /// Rename and delete them.
    ChangeFiles,
    /// List one's share links and who fetched from them, and one's file requests.
    ReadShares,
    /// Make, change and end them.
    ChangeShares,
    /// See accounts and statistics.
    SeeAdministration,
    /// Make and change accounts.
    Administer,
}

use Permission::{
    Administer, ChangeFiles, ChangeShares, FetchHandIns, KnowOneself, OwnAccount, ReadFiles,
    ReadShares, SeeAdministration, SeeOwnHandIns, Upload,
};

impl Permission {
    /// All of them.
    pub const ALL: [Self; 11] = [
        OwnAccount,
        KnowOneself,
        Upload,
        SeeOwnHandIns,
        FetchHandIns,
        ReadFiles,
        ChangeFiles,
        ReadShares,
        ChangeShares,
        SeeAdministration,
        Administer,
    ];

    /// Whom it is given to.
    pub fn roles(self) -> &'static [Role] {
        use Role::{Admin, Client, Ops, Standard};
        match self {
            OwnAccount | KnowOneself | Upload | SeeOwnHandIns => &[Admin, Standard, Client, Ops],
            ReadFiles | ChangeFiles | ReadShares | ChangeShares => &[Admin, Standard, Ops],
            FetchHandIns => &[Admin, Ops],
            SeeAdministration | Administer => &[Admin],
        }
    }

    /// What an API token must be made for to use it.
    pub fn by_token(self) -> ByToken {
        match self {
            OwnAccount => ByToken::Never,
            KnowOneself => ByToken::Any,
            Upload | ChangeFiles => ByToken::With(Scope::FilesWrite),
            ReadFiles | SeeOwnHandIns | FetchHandIns => ByToken::With(Scope::FilesRead),
            ReadShares => ByToken::With(Scope::SharesRead),
            ChangeShares => ByToken::With(Scope::SharesWrite),
            SeeAdministration => ByToken::With(Scope::AdminRead),
            Administer => ByToken::With(Scope::AdminWrite),
        }
    }
}

/// Whether API tokens can use a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByToken {
    /// None can.
    Never,
    /// Every one can.
    Any,
    /// Those that were made for this can.
    With(Scope),
}

/// Whether a scope is worth anything to a role.
pub fn serves(scope: Scope, role: Role) -> bool {
    let serving = |permission: &Permission| {
        permission.by_token() == ByToken::With(scope) && permission.roles().contains(&role)
    };
    Permission::ALL.iter().any(serving)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(permission: Permission) -> &'static str {
        match permission {
            OwnAccount => "own account: password, second factor, sessions, tokens",
            KnowOneself => "who one is",
            Upload => "upload; for the operators: hand in",
            SeeOwnHandIns => "names and status of what one handed in",
            FetchHandIns => "fetch what anybody handed in",
            ReadFiles => "list and fetch one's files",
            ChangeFiles => "rename and delete them",
            ReadShares => "list one's share links with their downloads, and file requests",
            ChangeShares => "make, change and end them",
            SeeAdministration => "see accounts and statistics",
            Administer => "make and change accounts",
        }
    }

    /// The policy as docs/SECURITY.md shows it.
    fn table() -> String {
        let columns = [Role::Standard, Role::Client, Role::Ops, Role::Admin];
        let heads = columns.map(|role| format!(" `{}` |", role.name())).concat();
        let mut lines = vec![format!("| |{heads} API token |"), "|---|---|---|---|---|---|".into()];
        for permission in Permission::ALL {
            let may = |role| if permission.roles().contains(&role) { " yes |" } else { " no |" };
            let token = match permission.by_token() {
                ByToken::Never => "never".into(),
                ByToken::Any => "any".into(),
                ByToken::With(scope) => format!("`{}`", scope.name()),
            };
            let cells = columns.map(may).concat();
            lines.push(format!("| {} |{cells} {token} |", in_words(permission)));
        }
        lines.join("\n")
    }

    #[test]
    fn the_documentation_shows_this_policy() {
        let documentation = include_str!("../../../docs/SECURITY.md");
        assert!(documentation.contains(&table()), "docs/SECURITY.md must hold\n{}", table());
    }

    #[test]
    fn every_scope_serves_an_administrator_and_a_client_has_use_for_two() {
        for scope in Scope::ALL {
            assert!(serves(scope, Role::Admin), "{scope:?}");
            let files = matches!(scope, Scope::FilesRead | Scope::FilesWrite);
            assert_eq!(serves(scope, Role::Client), files, "{scope:?}");
        }
        assert!(!serves(Scope::AdminRead, Role::Standard));
        assert!(!serves(Scope::AdminRead, Role::Ops));
    }
}

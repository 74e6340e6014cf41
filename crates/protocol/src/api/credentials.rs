//! What accounts are made with, and its rules: whichever body brings it.

use serde::{Deserialize, Serialize};

/// An address to sign in with; compared without regard to case.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(garde::Validate), garde(transparent))]
pub struct EmailAddress(
    #[cfg_attr(feature = "server", garde(email, length(max = 254)))] pub String,
);

/// The name others see; unique without regard to case. Letters, digits, `.`, `_` and `-`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(garde::Validate), garde(transparent))]
pub struct Username(
    #[cfg_attr(feature = "server", garde(length(chars, min = 2, max = 32), custom(characters)))]
    pub String,
);

/// A password from now on: 8 to 1024 characters, kept only as an Argon2id hash.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "server", derive(garde::Validate), garde(transparent))]
pub struct NewPassword(
    #[cfg_attr(feature = "server", garde(length(chars, min = 8, max = 1024)))] pub String,
);

/// How the API's description tells of them: what derives it takes no lengths on a type of one field.
#[cfg(feature = "server")]
mod schemas {
    use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::{EmailAddress, NewPassword, Username};

    impl ToSchema for EmailAddress {}
    impl PartialSchema for EmailAddress {
        fn schema() -> RefOr<Schema> {
            let about = "An address to sign in with; compared without regard to case.";
            text(about, "sam@example.com").max_length(Some(254)).into()
        }
    }

    impl ToSchema for Username {}
    impl PartialSchema for Username {
        fn schema() -> RefOr<Schema> {
            let about = "The name others see; unique without regard to case. Letters, digits, `.`, `_` and `-`.";
            text(about, "sam").min_length(Some(2)).max_length(Some(32)).into()
        }
    }

    impl ToSchema for NewPassword {}
    impl PartialSchema for NewPassword {
        fn schema() -> RefOr<Schema> {
            let about =
                "A password from now on: 8 to 1024 characters, kept only as an Argon2id hash.";
            text(about, "correct horse battery")
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
                .min_length(Some(8))
                .max_length(Some(1024))
                .into()
        }
    }

    fn text(about: &str, example: &str) -> ObjectBuilder {
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.description(Some(about)).examples([example])
    }
}

#[cfg(feature = "server")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature garde calls")]
fn characters(name: &str, _context: &()) -> garde::Result {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.chars().all(allowed) {
        Ok(())
    } else {
        Err(garde::Error::new("may hold letters, digits, '.', '_' and '-' only"))
    }
}

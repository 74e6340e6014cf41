//! What keeps secret names out of logs: their `Debug` says which kind they are and nothing of them. For the types
//! of this crate that whoever has one may use.

/// Writes `Name(…)` for `Debug`.
macro_rules! redacted_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

pub(crate) use redacted_debug;

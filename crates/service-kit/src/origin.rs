//! Which pages may open a socket here. Browsers let any page open a WebSocket to any server and say
//! in `Origin` (RFC 6454 §7) whose page it is: without a check, every site that a person visits
//! could speak in their name (RFC 6455 §10.2). Asked by whatever takes sockets in.

/// The origins whose pages are let in besides the server's own, such as `https://files.example.com`.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// The server's own pages, and those of these origins.
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect())
    }

    /// Whether a request with these headers is let in. A request without `Origin` comes from a
    /// program and not from a page; nobody's browser was talked into it. Behind a proxy that ends
    /// TLS the scheme is not known here, so that of the server's own pages is not compared.
    pub fn allow(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        let own = match (origin.split_once("://"), host) {
            (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
            _ => false,
        };
        own || self.0.iter().any(|allowed| origin.eq_ignore_ascii_case(allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: &str, host: &str) -> bool {
        let origins = AllowedOrigins::new(["https://files.example.com/".to_owned()]);
        origins.allow(Some(origin), Some(host))
    }

    #[test]
    fn the_servers_own_pages_are_let_in() {
        assert!(allowed("http://localhost:5001", "localhost:5001"));
        assert!(allowed("https://Files.example.org", "files.example.org"));
        assert!(!allowed("http://localhost:5002", "localhost:5001"));
        assert!(!allowed("http://localhost:5001.evil.example", "localhost:5001"));
    }

    #[test]
    fn pages_of_a_named_origin_are_let_in() {
        assert!(allowed("https://files.example.com", "10.0.0.7:5001"));
        assert!(!allowed("http://files.example.com", "10.0.0.7:5001"));
        assert!(!allowed("https://files.example.com.evil.example", "10.0.0.7:5001"));
    }

    #[test]
    fn a_page_without_an_origin_of_its_own_is_not_let_in() {
        assert!(!allowed("null", "localhost:5001"));
        assert!(!allowed("", "localhost:5001"));
        assert!(!AllowedOrigins::default().allow(Some("http://localhost"), None));
    }

    #[test]
    fn a_program_is_let_in() {
        assert!(AllowedOrigins::default().allow(None, Some("localhost:5001")));
    }
}

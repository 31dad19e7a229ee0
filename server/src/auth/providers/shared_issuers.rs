//! Issuers that sign for strangers too: log-in services and build services with one issuer for all their customers.
//!
//! A list cannot be complete. It is there because with one of these a forgotten audience lets everybody in.

/// Without the scheme and a slash at the end.
const SHARED: [&str; 26] = [
    "accounts.google.com",
    "agent.buildkite.com",
    "api.botframework.com",
    "api.login.yahoo.com",
    "api.workos.com",
    "app.terraform.io",
    "appleid.apple.com",
    "access.line.me",
    "chat@system.gserviceaccount.com",
    "cloud.google.com/iap",
    "facebook.com",
    "github.com/login/oauth",
    "gitlab.com",
    "id.twitch.tv/oauth2",
    "kauth.kakao.com",
    "limited.facebook.com",
    "login.salesforce.com",
    "oidc.vercel.com",
    "slack.com",
    "test.salesforce.com",
    "token.actions.githubusercontent.com",
    "www.amazon.com",
    "www.facebook.com",
    "www.linkedin.com",
    "www.linkedin.com/oauth",
    "www.paypal.com",
];

const MICROSOFT_HOSTS: [&str; 6] = [
    "login.chinacloudapi.cn",
    "login.microsoft.com",
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.windows.net",
    "sts.windows.net",
];

/// Everybody's tenants: the three names, the placeholder in their configuration, and the one of private accounts.
/// Every other tenant is one company's.
const MICROSOFT_SHARED_TENANTS: [&str; 6] =
    ["", "common", "organizations", "consumers", "{tenantid}", "9188040d-6c67-4c5b-b112-36a304b66dad"];

/// Whether tokens of this issuer are given to people and programs that have nothing to do with each other.
pub(super) fn is_shared(issuer: &str) -> bool {
    let place = place(issuer);
    let (host, path) = place.split_once('/').unwrap_or((&place, ""));
    let tenant = path.split('/').next().unwrap_or_default();
    SHARED.contains(&place.as_str())
        || (MICROSOFT_HOSTS.contains(&host) && MICROSOFT_SHARED_TENANTS.contains(&tenant))
}

/// Whether every visitor who signs in, perhaps without a name, is given a token with the same audience. A Firebase
/// project's issuer is its own, so nobody else's token comes from it; but its audience is always the project's id.
pub(super) fn gives_one_audience_to_every_visitor(issuer: &str) -> bool {
    place(issuer).starts_with("securetoken.google.com/")
}

/// Host and path. Only for recognising: an issuer is compared as it stands.
fn place(issuer: &str) -> String {
    let place = issuer.trim().to_ascii_lowercase();
    let place = place.strip_prefix("https://").or_else(|| place.strip_prefix("http://")).unwrap_or(&place);
    place.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{gives_one_audience_to_every_visitor, is_shared};

    #[test]
    fn what_signs_for_strangers_is_known_however_it_is_written() {
        for issuer in [
            "https://accounts.google.com",
            "accounts.google.com",
            "HTTPS://Accounts.Google.com/",
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com/organizations/v2.0",
            "https://login.microsoftonline.com/consumers/v2.0",
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "https://sts.windows.net/{tenantid}/",
            "https://appleid.apple.com",
            "https://www.facebook.com",
            "https://token.actions.githubusercontent.com",
            "https://gitlab.com",
        ] {
            assert!(is_shared(issuer), "{issuer}");
        }
    }

    #[test]
    fn what_signs_for_one_company_is_not_shared() {
        for issuer in [
            "https://example.eu.auth0.com/",
            "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/",
            "https://securetoken.google.com/my-project",
            "https://gitlab.example.com",
            "https://gitlab.com.example.com",
            "https://token.actions.githubusercontent.com/my-enterprise",
        ] {
            assert!(!is_shared(issuer), "{issuer}");
        }
    }

    #[test]
    fn a_firebase_project_gives_all_its_visitors_one_audience() {
        assert!(gives_one_audience_to_every_visitor("https://securetoken.google.com/my-project"));
        assert!(!gives_one_audience_to_every_visitor("https://example.eu.auth0.com/"));
    }
}

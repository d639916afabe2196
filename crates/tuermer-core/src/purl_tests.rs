//! Purls in canonical form, wrong ones, and packages as CVE records name them.

use super::Purl;
use crate::version_order::Scheme;
use proptest::prelude::*;

/// Package URLs and their canonical form.
const CANONICAL: &[(&str, &str)] = &[
    (
        "pkg:maven/org.apache.commons/io@1.3.4",
        "pkg:maven/org.apache.commons/io@1.3.4",
    ),
    (
        "pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/",
        "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations",
    ),
    (
        "pkg:bitbucket/birKenfeld/pyGments-main@244fd47",
        "pkg:bitbucket/birkenfeld/pygments-main@244fd47",
    ),
    (
        "pkg:docker/customer/image@sha256:244fd?repository_url=gcr.io",
        "pkg:docker/customer/image@sha256:244fd?repository_url=gcr.io",
    ),
    (
        "pkg:Maven/org.a/b@1?repositorY_url=r.io/x&classifier=s",
        "pkg:maven/org.a/b@1?classifier=s&repository_url=r.io/x",
    ),
    (
        "pkg:npm/@babel/core@1.0.2#/a/./b/../",
        "pkg:npm/%40babel/core@1.0.2#a/b",
    ),
    (
        "pkg:npm/%40angular/animation@12.3.1",
        "pkg:npm/%40angular/animation@12.3.1",
    ),
    (
        "pkg:PYPI/Django_package@1.11.1.dev1",
        "pkg:pypi/django-package@1.11.1.dev1",
    ),
    (
        "pkg:Rpm/Fedora/curl@7.50.3-1.fc25?Arch=i386",
        "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386",
    ),
    (
        "pkg://maven/org.apache.commons/io",
        "pkg:maven/org.apache.commons/io",
    ),
    (
        "pkg:maven/g/a@1.0.0%20Final?mykey=my%20value",
        "pkg:maven/g/a@1.0.0%20Final?mykey=my%20value",
    ),
    ("pkg:generic/a?empty=&x=1", "pkg:generic/a?x=1"),
    (
        "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
        "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
    ),
    ("pkg:cargo/rand@0.7.2", "pkg:cargo/rand@0.7.2"),
    ("pkg:generic/x@1.0%2Bb", "pkg:generic/x@1.0%2Bb"),
    ("PKG:deb/debian/curl", "pkg:deb/debian/curl"),
];

#[test]
fn purls_are_read_and_written_in_canonical_form() {
    for &(text, canonical) in CANONICAL {
        let purl = Purl::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(purl.to_string(), canonical);
        assert_eq!(Purl::parse(canonical).as_ref(), Some(&purl));
    }
    for text in [
        "",
        "pkg",
        "maven/a/b",
        "pkg:Enterprise@6",
        "pkg:maven/@1.3.4",
        "pkg:maven/io",
        "pkg:n&g?inx/nginx@0.8.9",
        "pkg:3nginx/nginx",
        "pkg:nginx:a/nginx",
        "pkg:npm/a?in%20production=true",
        "pkg%3Amaven/a/b",
        "pkg:cargo/ns/rand",
        "pkg:npm/%zz",
        "pkg:npm/a?x=1&X=2",
        "pkg:swift/a",
    ] {
        assert_eq!(Purl::parse(text), None, "{text}");
    }
    assert_eq!(
        Purl::parse(&format!("pkg:npm/{}", "a".repeat(1_000_000))),
        None
    );
}

#[test]
fn cve_records_name_packages_by_collection() {
    for (collection, package, expected, scheme) in [
        (
            "https://repo.maven.apache.org/maven2",
            "org.apache.logging.log4j:log4j-core",
            Some("pkg:maven/org.apache.logging.log4j/log4j-core"),
            Scheme::Maven,
        ),
        (
            "https://registry.npmjs.org/",
            "@angular/core",
            Some("pkg:npm/%40angular/core"),
            Scheme::Semver,
        ),
        (
            "https://pypi.python.org/",
            "Django_Rest",
            Some("pkg:pypi/django-rest"),
            Scheme::Pypi,
        ),
        (
            "https://pkg.go.dev",
            "golang.org/x/net",
            Some("pkg:golang/golang.org/x/net"),
            Scheme::Semver,
        ),
        (
            "https://packagist.org",
            "guzzlehttp/promises",
            Some("pkg:composer/guzzlehttp/promises"),
            Scheme::Composer,
        ),
        (
            "https://repo.maven.apache.org/maven2",
            "log4j-core",
            None,
            Scheme::Generic,
        ),
        (
            "https://wordpress.org/plugins",
            "contact-form-7",
            None,
            Scheme::Generic,
        ),
        ("https://pypi.org", "", None, Scheme::Generic),
    ] {
        let purl = Purl::of_collection(collection, package);
        assert_eq!(
            purl.as_ref().map(ToString::to_string).as_deref(),
            expected,
            "{collection} {package}"
        );
        assert_eq!(purl.map_or(Scheme::Generic, |purl| purl.scheme()), scheme);
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in ".*") {
        let _ = Purl::parse(&text);
        let _ = Purl::parse(&format!("pkg:{text}"));
    }

    /// What is written can be read again and means the same.
    #[test]
    fn canonical_form_is_stable(text in "pkg:(npm|maven|generic|rpm)/[a-zA-Z@%./0-9é ]{1,12}(@[0-9a%+~:]{0,6})?(\\?[a-c]=[a-z/ %&=]{0,6})?(#[a-z./]{0,5})?") {
        if let Some(purl) = Purl::parse(&text) {
            prop_assert_eq!(Purl::parse(&purl.to_string()), Some(purl));
        }
    }
}

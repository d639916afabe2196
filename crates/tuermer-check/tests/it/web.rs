//! Web folders: what is Exchange's own passes, what only looks like it does not.

use super::{json, short};
use std::path::Path;

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn foreign_scripts_and_dumps() {
    let folder = tempfile::tempdir().unwrap();
    let front = folder.path().join("V15/FrontEnd/HttpProxy");
    write(&front, "owa/auth/RedirSuiteServerProxy.aspx", "<%@ Page %>");
    write(&front, "owa/auth/TimeoutLogout.aspx", "<%@ Page %>");
    write(&front, "owa/auth/logon.aspx", "a later build");
    write(&front, "owa/auth/logo.png", "x");
    write(
        folder.path(),
        "inetpub/wwwroot/x.txt",
        "InternalAuthenticationMethods: x\nExternalUrl: http://f/<script language=\"c#\">\nExtendedProtectionTokenChecking: None",
    );
    write(
        folder.path(),
        "inetpub/wwwroot/own.txt",
        "InternalAuthenticationMethods: x\nExternalUrl: https://mail\nExtendedProtectionTokenChecking: None",
    );
    let (findings, rest, code) = json(&["--web", folder.path().to_str().unwrap()]);
    let mut told = short(&findings);
    told.sort();
    assert_eq!(
        told,
        [
            "directory_dump 6 incident",
            "foreign_script 6 incident",
            "foreign_script 6 incident"
        ],
        "{findings:#?}"
    );
    assert_eq!((rest["scripts_undecided"].as_u64(), code), (Some(1), 3));
}

#[test]
fn leftovers_count_only_beside_other_traces() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "left/lsass.dmp", "x");
    write(folder.path(), "left/backup.zip", "x");
    write(folder.path(), "web/iisstart.htm", "x");
    let (left, web) = (folder.path().join("left"), folder.path().join("web"));
    let (findings, _, code) = json(&[
        "--web",
        web.to_str().unwrap(),
        "--leftovers",
        left.to_str().unwrap(),
    ]);
    assert_eq!((short(&findings), code), (vec![], 5));
    write(folder.path(), "web/aspnet_client/q7.aspx", "x");
    let (findings, _, _) = json(&[
        "--web",
        web.to_str().unwrap(),
        "--leftovers",
        left.to_str().unwrap(),
    ]);
    let mut told = short(&findings);
    told.sort();
    assert_eq!(
        told,
        [
            "foreign_script 6 incident",
            "leftover null incident",
            "leftover null weakness"
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_are_named_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "elsewhere/aspnet_client/s.aspx", "x");
    std::fs::create_dir(folder.path().join("web")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("elsewhere"),
        folder.path().join("web/link"),
    )
    .unwrap();
    let (findings, rest, _) = json(&["--web", folder.path().join("web").to_str().unwrap()]);
    assert!(findings.is_empty());
    assert_eq!(rest["unreadable"][0]["reason"], "link");
}

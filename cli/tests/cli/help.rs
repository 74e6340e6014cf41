//! What the command says of itself.

use crate::computer::Computer;
use crate::golden;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["send"],
    &["receive"],
    &["listen"],
    &["login"],
    &["logout"],
    &["whoami"],
    &["ls"],
    &["upload"],
    &["download"],
    &["mv"],
    &["rm"],
    &["mkdir"],
    &["share"],
    &["request"],
    &["token"],
    &["token", "create"],
    &["token", "ls"],
    &["token", "revoke"],
    &["token", "rotate"],
    &["completions"],
    &["man"],
];

#[tokio::test]
async fn every_command_says_what_it_does() {
    let computer = Computer::at("http://localhost:1");
    for command in COMMANDS {
        let arguments: Vec<_> = command.iter().copied().chain(["--help"]).collect();
        let said = computer.run(&arguments).await.done();
        let name = if command.is_empty() { "sharesync".into() } else { command.join("-") };
        golden::expect(&format!("help/{name}.txt"), &said);
        // What somebody has set is theirs.
        assert!(!said.contains("localhost:1"), "{said}");
    }
}

#[tokio::test]
async fn every_command_that_there_is_is_told_here() {
    let computer = Computer::at("http://localhost:1");
    let said = computer.run(&["--help"]).await.done();
    let (_, commands) = said.split_once("Commands:\n").unwrap();
    let listed = commands.lines().take_while(|line| !line.is_empty());
    let listed = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let listed = listed.filter(|name| !matches!(*name, "" | "help"));
    let told: Vec<_> =
        COMMANDS.iter().filter(|command| command.len() == 1).map(|it| it[0]).collect();
    assert_eq!(listed.collect::<Vec<_>>(), told);
}

#[tokio::test]
async fn completions_and_manual_pages_are_made_of_the_same() {
    let computer = Computer::at("http://localhost:1");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = computer.run(&["completions", shell]).await.done();
        assert!(script.contains("max-downloads"), "{shell}");
    }
    assert!(computer.run(&["completions", "cmd"]).await.failed(2).contains("possible values"));
    let page = computer.run(&["man"]).await.done();
    assert!(page.contains(".TH sharesync 1") && page.contains("Moves files between people"));
    computer.run(&["man", "--output", "pages"]).await.done();
    let page = String::from_utf8(computer.read("pages/sharesync-upload.1")).unwrap();
    assert!(page.contains("Store files or folders in the library"));
}

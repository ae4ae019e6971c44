//! Without `--online` nothing touches the network: every command does the same work with it cut off.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake_hub;
mod pin_world;

use std::process::Command;

use pin_world::{World, short};

/// Every command that could want the Hub, in an order in which each has something to do.
const RUNS: &[&[&str]] = &[
    &["check", "."],
    &["check", ".", "--format", "sarif"],
    &["check", ".", "--diff"],
    &["inventory", "."],
    &["inventory", ".", "--format", "json"],
    &["lock"],
    &["lock", "--check"],
    &["pin", ".", "--diff"],
    &["pin", "."],
    &["check", ".", "--fix", "--unsafe-fixes"],
    &["lock", "--check"],
    &["verify"],
    &["explain", "--repo", "org/m"],
    &["outdated"],
    &["lock", "--upgrade"],
];

fn world() -> World {
    let world = World::usual();
    let call = |id: &str| format!("AutoModel.from_pretrained('{id}')\n");
    world.put("a.py", format!("from transformers import AutoModel\n{}{}", call("org/m"), call("org/new")));
    world.put("run.sh", "hf download org/other\nhf download org/never\n");
    world.put("train.yml", "base_model: org/m\nmicro_batch_size: 2\n");
    world
}

/// What all the runs say and leave behind. `prepare` makes the command that starts the program.
fn story(prepare: &dyn Fn(&World, &[&str]) -> Command) -> Vec<String> {
    let world = world();
    let mut told = Vec::new();
    for arguments in RUNS {
        let output = prepare(&world, arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let folder = world.folder.path().to_string_lossy().into_owned();
        told.push(format!("{arguments:?} {:?}\n{}", output.status.code(), text.replace(&folder, "")));
    }
    told.extend(["a.py", "run.sh", "train.yml", "hublint.lock"].map(|name| world.text(name)));
    told
}

fn plain(world: &World, arguments: &[&str]) -> Command {
    world.command(arguments)
}

#[test]
fn the_work_is_done_and_the_network_is_not_missed() {
    let told = story(&plain);
    let text = told.join("\n");
    assert!(text.contains("can be fixed offline") && text.contains("more with --online"), "{text}");
    assert!(short(&told[RUNS.len()]).contains("'org/m', revision='A')"), "{text}");
    // Whoever looked at the proxy or asked the endpoint would wait, fail, or say so: port 9 discards, port 1 refuses.
    let with_dead_proxies = |world: &World, arguments: &[&str]| {
        let mut command = plain(world, arguments);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            command.env(name, "http://127.0.0.1:1");
        }
        command.env("HF_ENDPOINT", "http://127.0.0.1:9");
        command
    };
    assert_eq!(story(&with_dead_proxies), told);
}

/// With no network device but a dead loopback, where the system lets a test make such a place.
#[cfg(target_os = "linux")]
#[test]
fn the_work_is_done_in_a_place_without_network() {
    let possible = Command::new("unshare").args(["-rn", "true"]).output().is_ok_and(|output| output.status.success());
    if !possible {
        return;
    }
    let cut_off = |world: &World, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.arg("-rn").arg(env!("CARGO_BIN_EXE_hublint")).args(arguments).current_dir(world.project()).env_clear();
        command.env("HF_HUB_CACHE", world.folder.path().join("cache"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    };
    assert_eq!(story(&cut_off), story(&plain));
}

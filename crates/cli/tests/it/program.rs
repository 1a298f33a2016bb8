//! The program as an operator starts it: a process with its own directory and environment.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use atom_marketplace_testkit::Client;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_atom-marketplace");
/// Nothing that is waited for takes this long; it only ends a test that would hang.
const PATIENCE: Duration = Duration::from_mins(2);

/// A machine with nothing on it: a working directory, and the variables that are set.
pub(crate) struct Machine {
    pub(crate) directory: TempDir,
    variables: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Its output, once it succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().expect("a directory"), variables: Vec::new() }
    }

    /// The same with another variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_other(PROGRAM, arguments).await
    }

    /// Runs the program to its end with these variables besides.
    pub(crate) async fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let mut command = self.command(PROGRAM);
        Self::end(command.args(arguments).envs(variables.iter().copied())).await
    }

    /// Runs another program in the same place.
    pub(crate) async fn run_other(&self, program: &str, arguments: &[&str]) -> Ended {
        Self::end(self.command(program).args(arguments)).await
    }

    async fn end(command: &mut Command) -> Ended {
        let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").expect("it starts");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the server on a free port and waits until it says where it is.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(PROGRAM);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it says something");
        let first = first.expect("it is text");
        let Some(url) = first.as_deref().and_then(|line| line.split(" at ").nth(1)) else {
            let mut log = String::new();
            process.stderr.take().expect("piped").read_to_string(&mut log).await.expect("it is text");
            panic!("the server does not start: {first:?} {log}");
        };
        Server { url: url.to_owned(), process, lines }
    }

    /// The admin key that the first start made.
    pub(crate) fn admin_key(&self) -> String {
        let text = std::fs::read_to_string(self.path().join("atom-data/admin.key")).expect("the first start made it");
        text.trim().to_owned()
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: String,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url, Vec::new())
    }

    pub(crate) fn admin(&self, key: &str) -> Client {
        Client::new(&self.url, vec![("x-admin-key".to_owned(), key.to_owned())])
    }

    /// What it prints, up to the line that holds `text`.
    pub(crate) async fn printed_until(&mut self, text: &str) -> Vec<String> {
        let mut printed = Vec::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("it goes on printing");
            let Some(line) = line.expect("it is text") else {
                panic!("it never says {text:?}: {printed:?}");
            };
            let found = line.contains(text);
            printed.push(line);
            if found {
                return printed;
            }
        }
    }

    /// SIGTERM.
    pub(crate) async fn tell_to_stop(&self) {
        let id = self.process.id().expect("it runs").to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill is there");
        assert!(told.success());
    }

    /// Waits for the end: its exit code and its log.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        let mut stderr = self.process.stderr.take().expect("piped");
        let both = async {
            stderr.read_to_string(&mut log).await.expect("it is text");
            self.process.wait().await.expect("it can be waited for")
        };
        let status = tokio::time::timeout(PATIENCE, both).await.expect("it ends");
        (status.code(), log)
    }

    /// Stops it and expects a clean end.
    pub(crate) async fn stop(self) -> String {
        self.tell_to_stop().await;
        let (code, log) = self.ended().await;
        assert_eq!(code, Some(0), "{log}");
        log
    }
}
